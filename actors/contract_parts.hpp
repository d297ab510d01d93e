#pragma once

#include "market/json_parts.hpp"
#include "market/member_notes.hpp"

#include <string>
#include <string_view>
#include <vector>

/// What schemas of the API document are put together from.
namespace tickboard::contract {

/// Of components.schemas.
std::string reference(std::string_view schema);
std::string array_of(std::string_view schema);

/// An object with these properties, which are all required unless they are said to be `optional`.
std::string object_schema(std::string_view description, const std::vector<json::member>& properties,
                          const std::vector<json::member>& optional = {});

json::member property(const member_note& note);
std::vector<json::member> properties_of(const std::vector<member_note>& notes);

/// An array of their names.
std::string names_in(const std::vector<member_note>& notes);

} // namespace tickboard::contract
