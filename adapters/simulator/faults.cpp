#include "adapters/simulator/faults.hpp"

#include "adapters/simulator/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tickboard::simulator {

namespace {

constexpr std::array<std::string_view, 12> names{"drop",     "stall", "refuse",    "refuse_rest",
                                                 "garbage",  "slow",  "duplicate", "out_of_order",
                                                 "shutdown", "mute",  "close",     "still"};
constexpr double longest_seconds = 86'400;

bool is_of_one_market(fault_kind kind) {
  return kind == fault_kind::mute || kind == fault_kind::still;
}

result<double> parse_seconds(const rapidjson::Value& value) {
  if (!value.IsNumber() || !(value.GetDouble() > 0) || value.GetDouble() > longest_seconds)
    return unexpected(
        fmt::format("seconds: allowed is a number above 0, at most {}", longest_seconds));
  return value.GetDouble();
}

} // namespace

std::string_view to_string(fault_kind kind) noexcept {
  return names[static_cast<std::size_t>(kind)];
}

result<fault> parse_fault(std::string_view body, const tape& updates) {
  rapidjson::Document given;
  if (!parse_json(given, body) || !given.IsObject())
    return unexpected<std::string>("the body is not a JSON object; allowed members are kind, "
                                   "seconds, connections, symbol, status and retry_after");
  const auto kind = std::ranges::find(names, text_member(given, "kind"));
  if (kind == names.end())
    return unexpected(fmt::format("kind: allowed are {}", fmt::join(names, ", ")));
  fault made;
  made.kind = static_cast<fault_kind>(kind - names.begin());
  const bool refuses = made.kind == fault_kind::refuse || made.kind == fault_kind::refuse_rest;
  bool has_symbol = false;
  for (const auto& [key, value] : given.GetObject()) {
    const auto name = text_of(key);
    if (name == "seconds") {
      const auto seconds = parse_seconds(value);
      if (!seconds)
        return unexpected(seconds.error());
      made.seconds = std::chrono::duration<double>(*seconds);
    } else if (name == "connections") {
      if (!value.IsUint() || value.GetUint() == 0)
        return unexpected<std::string>("connections: allowed is a whole number from 1");
      made.connections = value.GetUint();
    } else if (name == "symbol") {
      made.market = updates.find(value.IsString() ? text_of(value) : std::string_view{});
      if (!is_of_one_market(made.kind) || made.market == updates.markets())
        return unexpected<std::string>(
            "symbol: allowed with mute and still only, and one of the exchange's own symbols");
      has_symbol = true;
    } else if (name == "status") {
      if (!refuses || !value.IsUint() || value.GetUint() < 400 || value.GetUint() > 599)
        return unexpected<std::string>(
            "status: allowed with refuse and refuse_rest only, 400 to 599");
      made.status = value.GetUint();
    } else if (name == "retry_after") {
      if (!refuses || !value.IsUint())
        return unexpected<std::string>("retry_after: allowed with refuse and refuse_rest only, a "
                                       "whole number of seconds; 0 for none");
      made.retry_after = value.GetUint();
    } else if (name != "kind") {
      return unexpected(fmt::format("{}: allowed members are kind, seconds, connections, symbol, "
                                    "status and retry_after",
                                    name));
    }
  }
  if (is_of_one_market(made.kind) && !has_symbol)
    return unexpected(
        fmt::format("symbol: {} needs one of the exchange's own symbols", to_string(made.kind)));
  if (refuses && made.connections)
    return unexpected<std::string>("connections: refusals concern new connections, not open ones");
  return made;
}

bool fault_board::entry::concerns(std::uint64_t connection) const {
  return !what.connections || std::ranges::find(affected, connection) != affected.end();
}

bool fault_board::add(const fault& fault, std::vector<std::uint64_t> affected) {
  if (active_.size() >= most)
    return false;
  active_.push_back({fault, std::move(affected),
                     clock::now() + std::chrono::duration_cast<clock::duration>(fault.seconds)});
  return true;
}

fault_board::ended fault_board::expire(clock::time_point now) {
  ended over;
  std::erase_if(active_, [&](const entry& one) {
    if (one.until > now)
      return false;
    over.any = true;
    if (one.what.kind == fault_kind::shutdown) {
      over.close_all = over.close_all || !one.what.connections;
      over.close.insert(over.close.end(), one.affected.begin(), one.affected.end());
    }
    return true;
  });
  return over;
}

std::optional<fault_board::clock::time_point> fault_board::next_expiry() const {
  const auto first = std::ranges::min_element(active_, {}, &entry::until);
  if (first == active_.end())
    return std::nullopt;
  return first->until;
}

std::vector<std::size_t> fault_board::still() const {
  std::vector<std::size_t> out;
  for (const auto& one : active_)
    if (one.what.kind == fault_kind::still)
      out.push_back(one.what.market);
  return out;
}

disturbance fault_board::on(std::uint64_t connection) const {
  disturbance sum;
  for (const auto& one : active_) {
    if (!one.concerns(connection))
      continue;
    switch (one.what.kind) {
    case fault_kind::stall:
      sum.stall = true;
      break;
    case fault_kind::garbage:
      sum.garbage = true;
      break;
    case fault_kind::slow:
      sum.slow = true;
      break;
    case fault_kind::duplicate:
      sum.duplicate = true;
      break;
    case fault_kind::out_of_order:
      sum.out_of_order = true;
      break;
    case fault_kind::mute:
    case fault_kind::still:
      sum.muted.push_back(one.what.market);
      break;
    case fault_kind::drop:
    case fault_kind::refuse:
    case fault_kind::refuse_rest:
    case fault_kind::shutdown:
    case fault_kind::close:
      break; // not about data
    }
  }
  std::ranges::sort(sum.muted);
  return sum;
}

std::optional<fault_board::refusal> fault_board::refusing(fault_kind kind,
                                                          clock::time_point now) const {
  for (const auto& one : active_)
    if (one.what.kind == kind && one.until > now)
      return refusal{one.what.status,
                     one.what.retry_after.value_or(
                         std::chrono::ceil<std::chrono::seconds>(one.until - now).count())};
  return std::nullopt;
}

std::string fault_board::json(clock::time_point now) const {
  std::string list = "[";
  for (const auto& one : active_) {
    const std::chrono::duration<double> left = std::max(one.until - now, clock::duration::zero());
    list += fmt::format(R"({}{{"kind":"{}","seconds_left":{:.3f}}})", list.back() == '[' ? "" : ",",
                        to_string(one.what.kind), left.count());
  }
  return list + "]";
}

} // namespace tickboard::simulator
