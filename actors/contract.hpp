#pragma once

#include "market/json_parts.hpp"
#include "market/parameter_table.hpp"

#include <string>
#include <string_view>
#include <vector>

/// What the API is, as GET /openapi.json tells it. The parameters come from the tables that the
/// parsers read, the members of rows from the tables beside what writes rows, and the examples from
/// what writes rows.
namespace tickboard {

/// A body that a resource answers with.
struct body_note {
  std::string_view media_type;
  std::string schema; ///< of components.schemas; empty: a text
  std::string (*example)();
};

/// One resource, for GET and HEAD.
struct resource_note {
  std::string_view path;      ///< "/v1/markets/{id}"
  std::string_view operation; ///< its name in clients that are made from the document
  std::string_view tag{};     ///< one of `contract_tags`
  std::string_view summary{};
  std::string_view description{};
  std::vector<parameter_note> in_path{}, in_query{};
  std::vector<body_note> bodies{};
  std::vector<std::string_view> headers{}; ///< of components.headers
  std::vector<unsigned> errors{};          ///< statuses, beside those that every resource has
  std::string_view try_query{};            ///< what it needs to be asked, if `required` cannot say
  std::string_view problem_type = "application/problem+json";
  std::string_view problem_schema = "Problem";
  unsigned success = 200;
};

struct tag_note {
  std::string_view name, meaning;
};

std::vector<tag_note> contract_tags();

/// Of those that answer in the words of other services.
std::vector<resource_note> familiar_contract();

/// All of them. A new resource is an entry here, besides its route.
const std::vector<resource_note>& contract_resources();

/// Their paths, for who asked for another: "/v1/markets, /v1/markets/{id}, ...".
const std::string& resource_names();

// -- components -----------------------------------------------------------------------------------

struct header_note {
  std::string_view name;
  bool always; ///< whether an answer that may have it has it
  std::string_view meaning, example;
};

std::vector<header_note> contract_headers();

/// components.schemas, as JSON.
std::string contract_schemas();
std::vector<json::member> familiar_schemas();

/// What is answered, other than a resource's own bodies.
struct status_note {
  unsigned status;
  std::string_view name; ///< in components.responses
  std::string_view meaning;
  std::string_view example; ///< JSON; empty: of none of our own
  std::vector<std::string_view> headers;
};

const std::vector<status_note>& contract_statuses();

} // namespace tickboard
