#include "actors/contract_parts.hpp"

#include <fmt/format.h>

namespace tickboard::contract {

std::string reference(std::string_view schema) {
  return json::object({{"$ref", json::text(fmt::format("#/components/schemas/{}", schema))}});
}

std::string array_of(std::string_view schema) {
  return json::object({{"type", json::text("array")}, {"items", reference(schema)}});
}

std::string object_schema(std::string_view description, const std::vector<json::member>& properties,
                          const std::vector<json::member>& optional) {
  std::vector<std::string> required;
  for (const auto& [name, schema] : properties)
    required.emplace_back(name);
  auto all = properties;
  all.insert(all.end(), optional.begin(), optional.end());
  return json::object({{"type", json::text("object")},
                       {"description", json::text(description)},
                       {"properties", json::object(all)},
                       {"required", required.empty() ? "" : json::texts(required)}});
}

json::member property(const member_note& note) {
  return {note.name, json_schema(note)};
}

std::vector<json::member> properties_of(const std::vector<member_note>& notes) {
  std::vector<json::member> out;
  for (const auto& note : notes)
    out.push_back(property(note));
  return out;
}

std::string names_in(const std::vector<member_note>& notes) {
  std::vector<std::string> out;
  for (const auto& note : notes)
    out.emplace_back(note.name);
  return json::texts(out);
}

} // namespace tickboard::contract
