#include "market/json_parts.hpp"

#include "market/json_text.hpp"

#include <fmt/format.h>

namespace tickboard::json {

std::string object(const std::vector<member>& members) {
  std::string out = "{";
  for (const auto& [name, value] : members) {
    if (value.empty())
      continue;
    if (out.size() > 1)
      out += ',';
    append_json_string(out, name);
    out += ':';
    out += value;
  }
  return out + '}';
}

std::string array(const std::vector<std::string>& values) {
  std::string out = "[";
  for (const auto& value : values) {
    if (out.size() > 1)
      out += ',';
    out += value;
  }
  return out + ']';
}

std::string text(std::string_view value) {
  return json_string(value);
}

std::string texts(const std::vector<std::string>& values) {
  std::vector<std::string> out;
  for (const auto& value : values)
    out.push_back(text(value));
  return array(out);
}

std::string number(double value) {
  return fmt::format("{}", value);
}

} // namespace tickboard::json
