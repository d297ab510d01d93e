#include "actors/feed_set.hpp"

#include "actors/error.hpp"
#include "actors/messages/drain.hpp"
#include "actors/messages/followed.hpp"
#include "actors/messages/keeper.hpp"
#include "actors/slot.hpp"
#include "adapters/log/log.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <limits>

namespace tickboard {

namespace {

std::string child_name(const std::string& feed) {
  return "feed " + feed;
}

config::feed_settings with_defaults(config::feed_settings one) {
  if (one.name.empty())
    one.name = one.exchange;
  const auto& protocol = *exchange::find_protocol(one.exchange);
  if (one.ws_url.empty())
    one.ws_url = protocol.default_ws_url();
  if (one.rest_url.empty())
    one.rest_url = protocol.default_rest_url();
  if (one.channels.empty())
    one.channels = protocol.default_channels();
  return one;
}

bool differ_in_symbols_alone(config::feed_settings one, const config::feed_settings& other) {
  one.symbols = other.symbols;
  one.exclude = other.exclude;
  return one == other;
}

std::chrono::steady_clock::duration left(std::chrono::steady_clock::time_point until) {
  return std::max(until - std::chrono::steady_clock::now(), std::chrono::steady_clock::duration{});
}

} // namespace

bool drain(const caf::scoped_actor& self, const caf::actor& service,
           std::chrono::steady_clock::time_point until, std::string_view loss) {
  if (!service)
    return true;
  bool all = false;
  const auto warn = [&](const std::string& reason) {
    log::warn("daemon", "did not stop in order", {{"loss", loss}, {"reason", reason}});
  };
  self->request(service, left(until), drain_asked{})
      .receive(
          [&](const drained& told) {
            all = told.all;
            if (!all)
              warn("there was no way to pass it on");
          },
          [&](const caf::error& error) { warn(describe(error)); });
  return all;
}

feed_set::feed_set(caf::actor_system& system, caf::actor root, feed_config common)
    : system_(system), root_(std::move(root)), common_(std::move(common)) {
}

void feed_set::change(const std::vector<config::feed_settings>& wanted, time_point until) {
  std::map<std::string, config::feed_settings> next;
  for (const auto& one : wanted) {
    auto whole = with_defaults(one);
    next.emplace(whole.name, std::move(whole));
  }
  std::vector<std::string> gone;
  std::map<std::string, std::uint32_t> ids; // of those that start anew
  for (auto& [name, one] : feeds_) {
    const auto it = next.find(name);
    if (it != next.end() && it->second == one.settings)
      continue;
    if (it != next.end() && differ_in_symbols_alone(it->second, one.settings)) {
      log::info("feeds", "follows other symbols", {{"feed", name}});
      choose(one, it->second);
      continue;
    }
    log::info("feeds", it == next.end() ? "ends" : "starts anew, with other settings",
              {{"feed", name}});
    retire(name, one, until);
    ids[name] = one.first_source_id;
    if (it == next.end())
      gone.push_back(name);
  }
  if (!ids.empty()) {
    const caf::scoped_actor self{system_};
    for (const auto& one : common_.normalizers)
      drain(self, one->get(), until);
  }
  for (const auto& [name, id] : ids) {
    feeds_.erase(name);
    if (const auto to = common_.status->get()) // its next life may have fewer connections
      caf::anon_send(to, feed_gone{name});
  }
  for (const auto& name : gone)
    forget(name);
  for (const auto& [name, settings] : next) {
    if (feeds_.contains(name))
      continue;
    const auto before = ids.find(name);
    start(settings, before != ids.end() ? before->second : free_source_id());
  }
}

void feed_set::start(const config::feed_settings& settings, std::uint32_t first_source_id) {
  auto& one = feeds_[settings.name];
  one = {settings, first_source_id, make_address()};
  add(one);
}

void feed_set::add(const running& one) {
  auto following = common_;
  following.settings = one.settings;
  following.protocol = exchange::find_protocol(one.settings.exchange);
  following.first_source_id = one.first_source_id;
  child_spec spec;
  spec.name = child_name(one.settings.name);
  spec.start = [&system = system_, following, at = one.at] {
    const caf::actor handle = system.spawn(feed, following);
    at->set(handle);
    return handle;
  };
  caf::anon_send(root_, add_child{std::move(spec)});
}

void feed_set::choose(running& one, const config::feed_settings& settings) {
  one.settings = settings;
  add(one); // for its next life
  if (const auto feed = one.at->get())
    caf::anon_send(feed, symbols_chosen{settings.symbols, settings.exclude});
}

std::vector<std::string> feed_set::names() const {
  std::vector<std::string> out;
  for (const auto& [name, one] : feeds_)
    out.push_back(name);
  return out;
}

caf::actor feed_set::feed_of(const std::string& name) const {
  const auto it = feeds_.find(name);
  return it == feeds_.end() ? caf::actor{} : it->second.at->get();
}

void feed_set::retire(const std::string& name, const running& one, time_point until) {
  if (const auto feed = one.at->get()) {
    const caf::scoped_actor self{system_};
    self->request(feed, left(until), retire_asked{})
        .receive([](const drained&) {},
                 [&](const caf::error& error) { // it is down, or busy
                   log::warn("feeds", "did not end in order",
                             {{"feed", name}, {"reason", describe(error)}});
                 });
  }
  caf::anon_send(root_, remove_child{child_name(name)});
  one.at->set(nullptr);
}

void feed_set::forget(const std::string& name) {
  const auto nothing = caf::make_message(markets_followed{name, {}});
  for (const auto& one : common_.normalizers)
    if (const auto to = one->get())
      caf::anon_send(to, nothing);
  if (const auto to = common_.search->get())
    caf::anon_send(to, nothing);
  if (const auto to = common_.keeper->get())
    caf::anon_send(to, markets_expected{name, 0});
}

/// Not one of a feed that has ended, if it can be helped: what writers know of its connections is
/// not true of others.
std::uint32_t feed_set::free_source_id() {
  constexpr auto last = std::numeric_limits<std::uint32_t>::max() - sources_per_feed;
  for (;;) {
    const auto id = next_source_id_;
    next_source_id_ = id > last - sources_per_feed ? 0 : id + sources_per_feed;
    if (std::ranges::none_of(
            feeds_, [id](const auto& entry) { return entry.second.first_source_id == id; }))
      return id;
  }
}

void feed_set::stop() {
  for (const auto& [name, one] : feeds_) {
    caf::anon_send(root_, remove_child{child_name(name)});
    one.at->set(nullptr);
  }
  feeds_.clear();
}

} // namespace tickboard
