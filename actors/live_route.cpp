#include "actors/live_route.hpp"

#include "market/json_text.hpp"

#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>

#include <algorithm>
#include <array>

namespace tickboard {

namespace {

/// A stream is JSON, of now, and has no end.
constexpr std::array<std::string_view, 5> not_live{"cursor", "explain", "format", "rows",
                                                   "snapshot"};

value_form interval_form() {
  value_form out;
  out.is = value_form::kind::whole;
  out.least = live_limits::least_interval_ms;
  out.most = live_limits::most_interval_ms;
  return out;
}

std::optional<query_problem> read_interval(const std::string& text,
                                           std::chrono::milliseconds& out) {
  std::uint32_t given = 0;
  if (auto problem = read_number("interval", text, live_limits::most_interval_ms, given)) {
    problem->allowed = in_words(interval_form());
    return problem;
  }
  if (given < live_limits::least_interval_ms)
    return query_problem{"interval", "is too short", in_words(interval_form())};
  constexpr auto step = live_limits::least_interval_ms;
  out = std::chrono::milliseconds{(given + step - 1) / step * step};
  return std::nullopt;
}

} // namespace

std::vector<parameter_note> live_parameters() {
  auto out = view_parameters();
  std::erase_if(out, [](const parameter_note& one) {
    return std::ranges::find(not_live, one.name) != not_live.end();
  });
  out.push_back({"interval", interval_form(),
                 "Milliseconds between two events, at least; rounded up to a multiple of 50.",
                 "500", fmt::format("{}", live_limits::interval_ms)});
  return out;
}

tl::expected<ask_live, query_problem> parse_live(const query_parameters& given) {
  ask_live out;
  query_parameters view;
  bool has_interval = false;
  static const auto known = live_parameters();
  for (const auto& one : given) {
    if (std::ranges::find(known, one.first, &parameter_note::name) == known.end())
      return tl::unexpected(
          query_problem{one.first, "is not a parameter of this resource", names_of(known)});
    if (one.first != "interval") {
      view.push_back(one);
      continue;
    }
    if (std::exchange(has_interval, true))
      return tl::unexpected(query_problem{"interval", "is given more than once", "once"});
    if (auto problem = read_interval(one.second, out.interval))
      return tl::unexpected(std::move(*problem));
  }
  auto query = parse_view_query(view);
  if (!query)
    return tl::unexpected(std::move(query.error()));
  auto& members = query->shape.members; // rows are told apart by their id
  if (!members.empty() && std::ranges::find(members, "id") == members.end())
    members.insert(members.begin(), "id");
  out.question = std::make_shared<const page_question>(std::move(*query));
  return out;
}

tl::expected<live_command, bad_command> parse_live_command(const std::string& text) {
  live_command out;
  const auto bad = [&](std::string name, std::string what, std::string allowed) {
    return tl::unexpected(
        bad_command{out.view, {std::move(name), std::move(what), std::move(allowed)}});
  };
  constexpr auto shape = R"({"op":"subscribe","view":"a","query":"quote=USDT"})";
  rapidjson::Document json;
  json.Parse<rapidjson::kParseValidateEncodingFlag | rapidjson::kParseIterativeFlag>(text.data(),
                                                                                     text.size());
  if (json.HasParseError())
    return bad("message",
               fmt::format("is no JSON: {} at byte {}",
                           rapidjson::GetParseError_En(json.GetParseError()),
                           json.GetErrorOffset()),
               shape);
  if (!json.IsObject())
    return bad("message", "is no object", shape);
  const auto view = json.FindMember("view");
  if (view == json.MemberEnd() || !view->value.IsString() || view->value.GetStringLength() == 0 ||
      view->value.GetStringLength() > live_limits::longest_name)
    return bad("view", "is missing, or no name",
               fmt::format("a text of 1 to {} bytes", live_limits::longest_name));
  out.view.assign(view->value.GetString(), view->value.GetStringLength());

  std::string op;
  query_parameters parameters;
  for (const auto& [key, value] : json.GetObject()) {
    const std::string_view name{key.GetString(), key.GetStringLength()};
    const auto is_text = value.IsString();
    const std::string_view said =
        is_text ? std::string_view{value.GetString(), value.GetStringLength()} : "";
    if (name == "view")
      continue;
    if (name == "interval") {
      if (!value.IsUint())
        return bad("interval", "is no whole number", in_words(interval_form()));
      parameters.emplace_back("interval", fmt::format("{}", value.GetUint()));
    } else if (!is_text) {
      return bad(std::string{name}, "is no text", "texts, and a whole number as interval");
    } else if (name == "op") {
      op = said;
    } else if (name == "id") {
      out.has = said;
    } else if (name == "query") {
      auto read = parse_query_string(said);
      if (!read)
        return tl::unexpected(bad_command{out.view, std::move(read.error())});
      parameters.insert(parameters.end(), read->begin(), read->end());
    } else {
      return bad(std::string{name}, "is not a member of a message",
                 "op, view, query, interval, id");
    }
  }
  if (op == "unsubscribe") {
    out.leaves = true;
    return out;
  }
  if (op != "subscribe")
    return bad("op", "is missing, or unknown", "subscribe, unsubscribe");
  auto what = parse_live(parameters);
  if (!what)
    return tl::unexpected(bad_command{out.view, std::move(what.error())});
  out.what = std::move(*what);
  return out;
}

bool is_origin_allowed(std::string_view origin, std::string_view host, std::string_view allowed) {
  if (origin.empty() || allowed == "*" || origin == allowed)
    return true; // none: no browser
  const auto scheme = origin.find("://");
  return scheme != origin.npos && lower_case(origin.substr(scheme + 3)) == lower_case(host);
}

} // namespace tickboard
