#include "actors/admission.hpp"
#include "actors/contract.hpp"
#include "actors/static_document.hpp"
#include "market/json_parts.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tickboard {

namespace {

constexpr std::string_view about =
    "Live state of markets on many exchanges: sorted, filtered and paged, by one Redis.\n\n"
    "Prices are the exchange's own digits, as text. Every row says when the exchange and when "
    "tickboard saw it (`ts_ms`, `received_ms`), how old it was when it was answered (`age_ms`), "
    "through which connection it came (`source`) and whether that is down (`stale`). Values that "
    "are not known are null, never guessed.\n\n"
    "Each resource is for GET and HEAD. What is wrong comes as application/problem+json and names "
    "the parameter and what it takes. Answers are compressed for those who accept gzip.\n\n"
    "Whoever runs tickboard may ask for API keys, and limit how much is asked; answers to those "
    "who "
    "are limited, whatever their status, then have the `RateLimit` headers.";

std::string reference_to(std::string_view kind, std::string_view name) {
  return json::object({{"$ref", json::text(fmt::format("#/components/{}/{}", kind, name))}});
}

/// Whether a key may be asked for, and requests be counted.
bool is_guarded(const resource_note& resource) {
  return !admission::is_open(resource.path);
}

std::vector<std::string_view> headers_of(const resource_note& resource) {
  auto out = resource.headers;
  if (is_guarded(resource))
    out.insert(out.end(), {"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"});
  return out;
}

bool has_tag(const resource_note& resource) {
  return std::ranges::find(resource.headers, "ETag") != resource.headers.end();
}

std::string parameter_object(const parameter_note& note, std::string_view in) {
  const bool list = note.takes.is == value_form::kind::list;
  const auto& example = note.example.empty() ? note.otherwise : note.example;
  return json::object({
      {"name", json::text(note.name)},
      {"in", json::text(in)},
      {"required", note.required ? "true" : ""},
      {"description", json::text(note.meaning)},
      {"style", list ? json::text("form") : ""}, // commas
      {"explode", list ? "false" : ""},
      {"schema", json_schema(note.takes, note.otherwise)},
      {"example", example.empty() ? "" : json_value(note.takes, example)},
  });
}

std::string parameter_objects(const resource_note& resource) {
  std::vector<std::string> out;
  for (const auto& note : resource.in_path)
    out.push_back(parameter_object(note, "path"));
  for (const auto& note : resource.in_query)
    out.push_back(parameter_object(note, "query"));
  if (has_tag(resource))
    out.push_back(reference_to("parameters", "IfNoneMatch"));
  return out.empty() ? "" : json::array(out);
}

std::string header_references(const std::vector<std::string_view>& names) {
  std::vector<json::member> out;
  for (const auto name : names)
    out.emplace_back(name, reference_to("headers", name));
  return out.empty() ? "" : json::object(out);
}

/// The example of a body: JSON as it is, other formats as a text.
std::string example_of(const body_note& body) {
  if (body.example == nullptr)
    return "";
  return body.schema.empty() ? json::text(body.example()) : body.example();
}

std::string bodies_of(const resource_note& resource) {
  std::vector<json::member> out;
  for (const auto& body : resource.bodies) {
    const auto type = body.media_type.substr(0, body.media_type.find(';'));
    out.emplace_back(type,
                     json::object({{"schema", body.schema.empty()
                                                  ? json::object({{"type", json::text("string")}})
                                                  : reference_to("schemas", body.schema)},
                                   {"example", example_of(body)}}));
  }
  return out.empty() ? "" : json::object(out);
}

const status_note& note_of(unsigned status) {
  return *std::ranges::find(contract_statuses(), status, &status_note::status);
}

/// What is wrong, in the words of another service.
std::string own_problem(const resource_note& resource, const status_note& note) {
  return json::object(
      {{"description", json::text(note.meaning)},
       {"headers", header_references(note.headers)},
       {"content",
        json::object(
            {{resource.problem_type,
              json::object({{"schema", reference_to("schemas", resource.problem_schema)}})}})}});
}

std::string response_of(const resource_note& resource, const status_note& note) {
  if (note.status == 304) // with the headers that the body would have
    return json::object({{"description", json::text(note.meaning)},
                         {"headers", header_references(headers_of(resource))}});
  return resource.problem_schema == "Problem" ? reference_to("responses", note.name)
                                              : own_problem(resource, note);
}

std::string responses_of(const resource_note& resource) {
  std::vector<unsigned> statuses{400, 405};
  statuses.insert(statuses.end(), resource.errors.begin(), resource.errors.end());
  if (has_tag(resource))
    statuses.push_back(304);
  if (is_guarded(resource))
    statuses.insert(statuses.end(), {401, 429});
  std::ranges::sort(statuses);
  std::vector<std::string> names; // that the members refer to
  names.reserve(statuses.size());
  const auto success = fmt::format("{}", resource.success);
  std::vector<json::member> out{
      {success, json::object({{"description", json::text(resource.summary)},
                              {"headers", header_references(headers_of(resource))},
                              {"content", bodies_of(resource)}})}};
  for (const auto status : statuses) {
    names.push_back(fmt::format("{}", status));
    out.emplace_back(names.back(), response_of(resource, note_of(status)));
  }
  out.emplace_back("default", reference_to("responses", "Problem"));
  return json::object(out);
}

std::string paths() {
  std::vector<json::member> out;
  for (const auto& one : contract_resources())
    out.emplace_back(
        one.path,
        json::object(
            {{"get",
              json::object(
                  {{"operationId", json::text(one.operation)},
                   {"tags", json::array({json::text(one.tag)})},
                   {"summary", json::text(one.summary)},
                   {"description", json::text(one.description)},
                   {"x-try", one.try_query.empty() ? "" : json::text(one.try_query)},
                   {"security", is_guarded(one) ? R"([{},{"bearer":[]},{"apiKey":[]}])" : ""},
                   {"parameters", parameter_objects(one)},
                   {"responses", responses_of(one)}})}}));
  return json::object(out);
}

std::string header_objects() {
  std::vector<json::member> out;
  for (const auto& one : contract_headers())
    out.emplace_back(one.name,
                     json::object({{"description", json::text(one.meaning)},
                                   {"required", one.always ? "true" : ""},
                                   {"schema", json::object({{"type", json::text("string")}})},
                                   {"example", json::text(one.example)}}));
  return json::object(out);
}

std::string problem_content(std::string_view example) {
  return json::object(
      {{"application/problem+json", json::object({{"schema", reference_to("schemas", "Problem")},
                                                  {"example", std::string{example}}})}});
}

std::string response_objects() {
  std::vector<json::member> out;
  for (const auto& one : contract_statuses())
    if (!one.example.empty())
      out.emplace_back(one.name, json::object({{"description", json::text(one.meaning)},
                                               {"headers", header_references(one.headers)},
                                               {"content", problem_content(one.example)}}));
  out.emplace_back("Problem",
                   json::object({{"description", json::text("Anything else that is wrong with a "
                                                            "request: too large, too slow.")},
                                 {"content", problem_content("")}}));
  return json::object(out);
}

std::string security_schemes() {
  return json::object({{"bearer", R"({"type":"http","scheme":"bearer"})"},
                       {"apiKey", R"({"type":"apiKey","in":"header","name":"X-API-Key"})"}});
}

std::string tag_objects() {
  std::vector<std::string> out;
  for (const auto& one : contract_tags())
    out.push_back(
        json::object({{"name", json::text(one.name)}, {"description", json::text(one.meaning)}}));
  return json::array(out);
}

parameter_note if_none_match() {
  return {"If-None-Match",
          {},
          "Tags of what the client has; if one still holds, it gets 304.",
          "W/\"f61692e05fd4752b\""};
}

} // namespace

const static_document& api_document() {
  static const static_document made{
      "application/json",
      json::object({
          {"openapi", json::text("3.1.0")},
          {"info", json::object({{"title", json::text("tickboard")},
                                 {"version", json::text(TICKBOARD_VERSION)},
                                 {"description", json::text(about)}})},
          {"servers", R"([{"url":"/"}])"},
          {"tags", tag_objects()},
          {"paths", paths()},
          {"components",
           json::object(
               {{"schemas", contract_schemas()},
                {"parameters",
                 json::object({{"IfNoneMatch", parameter_object(if_none_match(), "header")}})},
                {"headers", header_objects()},
                {"responses", response_objects()},
                {"securitySchemes", security_schemes()}})},
      })};
  return made;
}

} // namespace tickboard
