#include "adapters/simulator/control.hpp"

#include "adapters/simulator/json.hpp"

#include <fmt/format.h>

namespace tickboard::simulator {

namespace {

rest_reply problem(unsigned status, std::string_view title, std::string_view detail) {
  return {.status = status,
          .body = fmt::format(R"({{"title":{},"status":{},"detail":{}}})", quoted(title), status,
                              quoted(detail)),
          .content_type = "application/problem+json"};
}

rest_reply not_allowed(std::string_view methods) {
  auto reply = problem(405, "Method Not Allowed", fmt::format("allowed here: {}", methods));
  reply.headers.emplace_back("Allow", methods);
  return reply;
}

void append_row(std::string& out, controlled& subject, std::size_t market) {
  const auto& of = subject.updates().instruments()[market];
  const auto& state = subject.updates().state(market);
  const bool known = !subject.replaying();
  const auto row = known ? subject.exchange().describe(market) : state_row{.has_time = false};
  const auto text = [](const std::optional<std::string>& value) {
    return value ? "\"" + *value + "\"" : std::string("null");
  };
  out += fmt::format(
      R"({{"native":{},"base":{},"quote":{},"symbol":{},"updates":{},)"
      R"("last":{},"bid":{},"ask":{},"bid_size":{},"ask_size":{},"open_24h":{},)"
      R"("high_24h":{},"low_24h":{},"volume_24h":{},"quote_volume_24h":{},)"
      R"("change_24h_pct":{},"ts_ms":{},"listed":{}}})",
      quoted(of.native), quoted(of.base), quoted(of.quote), quoted(of.base + "/" + of.quote),
      state.updates, text(row.last), text(row.bid), text(row.ask), text(row.bid_size),
      text(row.ask_size), text(row.open), text(row.high), text(row.low), text(row.volume),
      text(row.quote_volume), row.change_pct.value_or("null"),
      row.has_time ? std::to_string(state.ts_ms()) : "null", subject.updates().listed(market));
}

rest_reply state(controlled& subject) {
  std::string body = "[";
  for (std::size_t market = 0; market < subject.updates().markets(); ++market) {
    if (market > 0)
      body += ",\n";
    append_row(body, subject, market);
  }
  return {.body = body + "]"};
}

rest_reply status(controlled& subject) {
  const auto now = subject.status();
  return {.body = fmt::format(R"({{"sent":{},"count":{},"done":{},"connections":{},)"
                              R"("subscriptions":{},"upgrades":{},"requests":{},"faults":{}}})",
                              now.sent, now.count, now.done, now.connections, now.subscriptions,
                              now.upgrades, now.requests, now.faults)};
}

rest_reply change_faults(controlled& subject, const rest_request& request) {
  if (request.method == "DELETE") {
    subject.clear_faults();
    return status(subject);
  }
  if (request.method != "POST")
    return not_allowed("POST, DELETE");
  const auto fault = parse_fault(request.body, subject.updates());
  if (!fault)
    return problem(400, "Bad fault", fault.error());
  if (!subject.apply(*fault))
    return problem(400, "Bad fault",
                   fmt::format("{} faults are in force, the most allowed; DELETE /sim/fault "
                               "clears them",
                               fault_board::most));
  return status(subject);
}

rest_reply change_rate(controlled& subject, const rest_request& request) {
  auto& updates = subject.updates();
  rapidjson::Document given;
  if (!parse_json(given, request.body) || !given.IsObject())
    return problem(400, "Bad rate",
                   "the body is not a JSON object; allowed members are rate and count");
  if (subject.replaying())
    return problem(400, "Bad rate", "a recording is played, which knows no rate");
  auto rate = updates.pacing().rate;
  auto count = updates.pacing().count;
  for (const auto& [key, value] : given.GetObject()) {
    if (text_of(key) == "rate" && value.IsNumber() && value.GetDouble() >= 0 &&
        value.GetDouble() <= max_rate)
      rate = value.GetDouble();
    else if (text_of(key) == "count" && value.IsUint64() &&
             (value.GetUint64() == 0 || value.GetUint64() >= updates.sent()))
      count = value.GetUint64();
    else
      return problem(400, "Bad rate",
                     fmt::format("{}: allowed are rate (0 to {}; 0 is as fast as the clients "
                                 "read) and count (0 for no end, or at least the {} sent)",
                                 text_of(key), max_rate, updates.sent()));
  }
  updates.set_pace(rate, count);
  subject.pace_changed();
  return status(subject);
}

rest_reply change_listing(controlled& subject, const rest_request& request) {
  auto& updates = subject.updates();
  rapidjson::Document given;
  const auto has_bool = [&](const char* name) {
    return given.HasMember(name) && given[name].IsBool();
  };
  if (!parse_json(given, request.body) || !given.IsObject() || given.MemberCount() != 2 ||
      !given.HasMember("symbol") || !given["symbol"].IsString() ||
      !(has_bool("listed") || has_bool("subscribable")))
    return problem(400, "Bad listing",
                   "the body must be an object of symbol, a text, and listed or subscribable, true "
                   "or false");
  const auto market = updates.find(text_of(given["symbol"]));
  if (market == updates.markets())
    return problem(400, "Bad listing", "symbol: there is no such market");
  if (has_bool("listed"))
    updates.set_listed(market, given["listed"].GetBool());
  else
    updates.set_subscribable(market, given["subscribable"].GetBool());
  return status(subject);
}

rest_reply change_clock(controlled& subject, const rest_request& request) {
  constexpr std::int64_t most_seconds = 86'400;
  rapidjson::Document given;
  const auto* const ahead = parse_json(given, request.body) ? member(given, "ahead") : nullptr;
  if (ahead == nullptr || !ahead->IsInt64() || ahead->GetInt64() < -most_seconds ||
      ahead->GetInt64() > most_seconds)
    return problem(400, "Bad clock",
                   fmt::format("the body must be an object of ahead, whole seconds from -{0} to "
                               "{0}",
                               most_seconds));
  subject.updates().set_clock(ahead->GetInt64() * 1'000'000);
  return status(subject);
}

} // namespace

std::optional<rest_reply> control(controlled& subject, const rest_request& request) {
  if (!request.path.starts_with("/sim/"))
    return std::nullopt;
  const auto what = std::string_view(request.path).substr(5);
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (what == "state")
    return reads ? state(subject) : not_allowed("GET");
  if (what == "status")
    return reads ? status(subject) : not_allowed("GET");
  if (what == "fault")
    return change_faults(subject, request);
  if (what == "rate")
    return request.method == "POST" ? change_rate(subject, request) : not_allowed("POST");
  if (what == "listing")
    return request.method == "POST" ? change_listing(subject, request) : not_allowed("POST");
  if (what == "clock")
    return request.method == "POST" ? change_clock(subject, request) : not_allowed("POST");
  if (what == "go") {
    if (request.method != "POST")
      return not_allowed("POST");
    subject.updates().release();
    subject.pace_changed();
    return status(subject);
  }
  return problem(
      404, "Not Found",
      "there are /sim/state, /sim/status, /sim/fault, /sim/rate, /sim/listing, /sim/clock and "
      "/sim/go");
}

} // namespace tickboard::simulator
