#include "adapters/exchange/connect_ledger.hpp"

#include "market/json_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace tickboard::exchange {

namespace {

constexpr std::int64_t version = 1;
constexpr std::size_t longest_host = 300;

template <class Duration>
constexpr std::int64_t in_ms(Duration of) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(of).count();
}

/// How long a host is left alone after its refusal number `refusals` in a row; 0: not at all.
std::int64_t ban_ms(unsigned status, std::chrono::seconds retry_after, unsigned refusals) {
  const auto asked = std::max<std::int64_t>(0, retry_after.count());
  const auto at_most = [&](std::chrono::seconds longest) {
    return 1000 * std::min<std::int64_t>(asked, longest.count());
  };
  if (status == 503)
    return at_most(connect_ledger::longest_pause);
  if (status != 418 && status != 429)
    return 0;
  if (asked > 0)
    return at_most(connect_ledger::longest_ban);
  const auto grown = in_ms(connect_ledger::first_ban) << (std::min(refusals, 20U) - 1);
  return std::min(grown, in_ms(connect_ledger::last_ban));
}

/// A whole number of Unix ms or of anything else that is not negative; absent is 0.
result<std::int64_t> number_of(const rapidjson::Value& in, const char* member) {
  const auto it = in.FindMember(member);
  if (it == in.MemberEnd())
    return 0;
  if (!it->value.IsInt64() || it->value.GetInt64() < 0)
    return unexpected(fmt::format("{}: expected a whole number that is not negative", member));
  return it->value.GetInt64();
}

} // namespace

void connect_ledger::entry::settle(std::int64_t now_ms) {
  for (auto it = attempts.rbegin(); it != attempts.rend() && *it > now_ms; ++it)
    *it = now_ms;
  banned_until_ms = std::min(banned_until_ms, now_ms + in_ms(longest_ban));
  if (banned_until_ms != 0 && banned_until_ms <= now_ms) // for good, also if the clock is set back
    last_ban_ms = std::exchange(banned_until_ms, 0);
  last_ban_ms = std::min(last_ban_ms, now_ms);
}

std::int64_t connect_ledger::entry::used_ms() const {
  return std::max(banned_until_ms, attempts.empty() ? 0 : attempts.back());
}

bool connect_ledger::entry::spent(std::int64_t now_ms) const {
  return (attempts.empty() || now_ms - attempts.back() >= in_ms(attempt_memory)) &&
         now_ms - std::max(banned_until_ms, last_ban_ms) >= in_ms(ban_memory);
}

connect_ledger::entry& connect_ledger::at(const std::string& host, std::int64_t now_ms) {
  auto found = hosts_.find(host);
  if (found == hosts_.end()) {
    std::erase_if(hosts_, [&](const auto& one) { return one.second.spent(now_ms); });
    if (hosts_.size() >= most_hosts)
      hosts_.erase(std::min_element(hosts_.begin(), hosts_.end(), [](const auto& a, const auto& b) {
        return a.second.used_ms() < b.second.used_ms();
      }));
    found = hosts_.emplace(host, entry{}).first;
  }
  found->second.settle(now_ms);
  return found->second;
}

connect_verdict connect_ledger::look(const std::string& host, const connect_budget& budget,
                                     std::int64_t now_ms) {
  connect_verdict out{now_ms};
  const auto found = hosts_.find(host);
  if (found == hosts_.end())
    return out;
  auto& one = found->second;
  one.settle(now_ms);
  const auto most = std::min(budget.attempts, most_attempts);
  if (most != 0 && one.attempts.size() >= most) {
    const auto room = one.attempts[one.attempts.size() - most] + budget.window.count();
    if (room > now_ms)
      out = {room, connect_obstacle::budget};
  }
  if (one.banned_until_ms > out.at_ms)
    out = {one.banned_until_ms, connect_obstacle::ban, one.status};
  return out;
}

void connect_ledger::attempted(const std::string& host, const connect_budget& budget,
                               std::int64_t now_ms) {
  if (budget.attempts == 0 || budget.window.count() <= 0)
    return;
  auto& attempts = at(host, now_ms).attempts;
  attempts.push_back(now_ms);
  // Not by the number: others may have a larger budget here.
  while (attempts.size() > most_attempts || now_ms - attempts.front() >= budget.window.count())
    attempts.pop_front();
}

bool connect_ledger::refused(const std::string& host, unsigned status,
                             std::chrono::seconds retry_after, std::int64_t now_ms) {
  if (ban_ms(status, retry_after, 1) == 0)
    return false;
  auto& one = at(host, now_ms);
  const bool in_force = one.banned_until_ms != 0;
  // Those who were under way when the first was refused are no further refusals.
  if (in_force && retry_after.count() <= 0)
    return false;
  if (!in_force)
    one.refusals = now_ms - one.last_ban_ms < in_ms(ban_memory) ? one.refusals + 1 : 1;
  const auto until = now_ms + ban_ms(status, retry_after, std::max(1U, one.refusals));
  if (until <= one.banned_until_ms)
    return false;
  one.banned_until_ms = until;
  one.status = status;
  return true;
}

std::string connect_ledger::text(std::int64_t now_ms) {
  std::erase_if(hosts_, [&](const auto& one) { return one.second.spent(now_ms); });
  auto out = fmt::format("{{\"version\":{},\"hosts\":{{", version);
  bool first = true;
  for (auto& [host, one] : hosts_) {
    one.settle(now_ms);
    fmt::format_to(
        std::back_inserter(out),
        "{}\n{}:{{\"banned_until_ms\":{},\"last_ban_ms\":{},\"status\":{},\"refusals\":{},"
        "\"attempts_ms\":[{}]}}",
        first ? "" : ",", json_string(host), one.banned_until_ms, one.last_ban_ms, one.status,
        one.refusals, fmt::join(one.attempts, ","));
    first = false;
  }
  return out + "}}\n";
}

result<connect_ledger> connect_ledger::parse(std::string_view text, std::int64_t now_ms) {
  rapidjson::Document given;
  // Iterative: a file may be nested deeper than our stack.
  given.Parse<rapidjson::kParseIterativeFlag>(text.data(), text.size());
  if (given.HasParseError())
    return unexpected(fmt::format("is not JSON: {} (byte {})",
                                  rapidjson::GetParseError_En(given.GetParseError()),
                                  given.GetErrorOffset()));
  if (!given.IsObject())
    return unexpected(std::string{"expected an object with the members version and hosts"});
  if (const auto it = given.FindMember("version");
      it == given.MemberEnd() || !it->value.IsInt64() || it->value.GetInt64() != version)
    return unexpected(fmt::format("version: expected {}", version));
  const auto hosts = given.FindMember("hosts");
  if (hosts == given.MemberEnd() || !hosts->value.IsObject() ||
      hosts->value.MemberCount() > most_hosts)
    return unexpected(fmt::format("hosts: expected an object of at most {} members", most_hosts));
  connect_ledger out;
  for (const auto& [key, value] : hosts->value.GetObject()) {
    const std::string host{key.GetString(), key.GetStringLength()};
    const auto wrong = [&](std::string_view what) {
      return unexpected(fmt::format("hosts, {}: {}", json_excerpt(host), what));
    };
    if (host.empty() || host.size() > longest_host)
      return wrong(fmt::format("expected host:port, of at most {} bytes", longest_host));
    if (!value.IsObject())
      return wrong("expected an object");
    auto& one = out.hosts_[host];
    const auto until = number_of(value, "banned_until_ms");
    const auto last_ban = number_of(value, "last_ban_ms");
    const auto status = number_of(value, "status");
    const auto refusals = number_of(value, "refusals");
    for (const auto* number : {&until, &last_ban, &status, &refusals})
      if (!*number)
        return wrong(number->error());
    one.banned_until_ms = *until;
    one.last_ban_ms = *last_ban;
    one.status = static_cast<unsigned>(std::min<std::int64_t>(*status, 999));
    one.refusals = static_cast<unsigned>(std::min<std::int64_t>(*refusals, 1'000));
    if (const auto list = value.FindMember("attempts_ms"); list != value.MemberEnd()) {
      const auto is_time = [](const rapidjson::Value& at) {
        return at.IsInt64() && at.GetInt64() >= 0;
      };
      if (!list->value.IsArray() || list->value.Size() > most_attempts ||
          !std::all_of(list->value.Begin(), list->value.End(), is_time))
        return wrong(fmt::format("attempts_ms: expected at most {} whole numbers, of Unix ms",
                                 most_attempts));
      for (const auto& at : list->value.GetArray())
        one.attempts.push_back(at.GetInt64());
      std::sort(one.attempts.begin(), one.attempts.end());
    }
    one.settle(now_ms);
  }
  return out;
}

} // namespace tickboard::exchange
