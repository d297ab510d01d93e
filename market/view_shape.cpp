#include "market/view_shape.hpp"

#include "market/answer_text.hpp"
#include "market/flat_json.hpp"
#include "market/ticker.hpp"

#include <algorithm>

namespace tickboard {

const std::vector<std::string_view>& row_members() {
  // Of a row itself, so that there is one place where they are listed.
  static const auto row = [] {
    std::string stored;
    append_row(stored, **make_market("x", "B", "Q", "B"), {}, false, 1);
    answer_text shown{0, ""};
    shown.append_object(stored);
    return shown.take();
  }();
  static const auto members = [] {
    std::vector<std::string_view> out;
    each_member(*row, [&](std::string_view name, std::string_view) { out.push_back(name); });
    return out;
  }();
  return members;
}

std::optional<view_format> find_view_format(std::string_view name) noexcept {
  if (name == "json")
    return view_format::json;
  if (name == "csv")
    return view_format::csv;
  if (name == "ndjson")
    return view_format::ndjson;
  return std::nullopt;
}

view_format accepted_format(std::string_view accept) noexcept {
  while (!accept.empty()) {
    const auto comma = std::min(accept.find(','), accept.size());
    auto type = accept.substr(0, std::min(accept.find(';'), comma));
    accept.remove_prefix(std::min(comma + 1, accept.size()));
    while (type.starts_with(' '))
      type.remove_prefix(1);
    while (type.ends_with(' '))
      type.remove_suffix(1);
    if (type == "text/csv")
      return view_format::csv;
    if (type == "application/x-ndjson" || type == "application/ndjson")
      return view_format::ndjson;
    if (type == "application/json" || type == "*/*" || type == "application/*")
      return view_format::json;
  }
  return view_format::json;
}

std::string_view content_type(view_format format) noexcept {
  switch (format) {
  case view_format::csv:
    return "text/csv; charset=utf-8; header=present";
  case view_format::ndjson:
    return "application/x-ndjson";
  case view_format::json:
    break;
  }
  return "application/json";
}

std::string shape_head(const view_shape& shape) {
  if (shape.format == view_format::json)
    return "{\"data\":[";
  std::string out;
  if (shape.format == view_format::csv) {
    for (const auto name : shape.members.empty() ? row_members() : shape.members) {
      out.append(out.empty() ? "" : ",");
      out.append(name);
    }
    out.append("\r\n");
  }
  return out;
}

std::string_view member_of(std::string_view row, std::string_view name) {
  std::string_view out;
  each_member(row, [&](std::string_view member, std::string_view value) {
    if (member == name)
      out = value;
  });
  return out;
}

} // namespace tickboard
