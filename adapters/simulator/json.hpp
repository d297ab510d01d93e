#pragma once

#include "market/json_text.hpp"

#include <rapidjson/document.h>

#include <string>
#include <string_view>

namespace tickboard::simulator {

/// Parses without recursion, so that no nesting exhausts the stack. False if it is not JSON.
inline bool parse_json(rapidjson::Document& into, std::string_view text) {
  into.Parse<rapidjson::kParseIterativeFlag>(text.data(), text.size());
  return !into.HasParseError();
}

inline std::string_view text_of(const rapidjson::Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

/// The member, or null if `object` is no object or has none of that name.
inline const rapidjson::Value* member(const rapidjson::Value& object, const char* name) {
  if (!object.IsObject())
    return nullptr;
  const auto found = object.FindMember(name);
  return found == object.MemberEnd() ? nullptr : &found->value;
}

/// The string member, or an empty view.
inline std::string_view text_member(const rapidjson::Value& object, const char* name) {
  const auto* found = member(object, name);
  return found != nullptr && found->IsString() ? text_of(*found) : std::string_view{};
}

inline std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

} // namespace tickboard::simulator
