#include "market/view_shape.hpp"

#include "market/ticker.hpp"

#include <algorithm>

namespace tickboard {

namespace {

/// Calls `take(name, value)` for each member of a flat object; both are the text as it stands, the
/// name without its quotes. Stops at what is no flat object.
template <class Take>
void each_member(std::string_view row, Take take) {
  const auto text_end = [&](std::size_t from) { // behind the closing quote
    for (auto i = from + 1; i < row.size(); ++i) {
      if (row[i] == '\\')
        ++i;
      else if (row[i] == '"')
        return i + 1;
    }
    return row.size();
  };
  std::size_t at = 1;
  while (at < row.size() && row[at] == '"') {
    const auto name_end = text_end(at);
    if (name_end >= row.size() || row[name_end] != ':')
      return;
    const auto value = name_end + 1;
    const auto value_end = value < row.size() && row[value] == '"'
                               ? text_end(value)
                               : std::min(row.find_first_of(",}", value), row.size());
    take(row.substr(at + 1, name_end - at - 2), row.substr(value, value_end - value));
    at = value_end + 1;
  }
}

void append_csv_value(std::string& out, std::string_view value) {
  if (value == "null")
    return;
  if (!value.starts_with('"')) {
    out.append(value);
    return;
  }
  value = value.substr(1, value.size() - 2);
  if (value.find_first_of(",\"\r\n") == value.npos) {
    out.append(value);
    return;
  }
  out.push_back('"');
  for (const char c : value)
    out.append(c == '"' ? 2 : 1, c);
  out.push_back('"');
}

const std::vector<std::string_view>& members_of(const view_shape& shape) {
  return shape.members.empty() ? row_members() : shape.members;
}

/// The values of the shape's members in the row; "null" for one that it does not have.
std::vector<std::string_view> values_of(std::string_view row, const view_shape& shape) {
  const auto& members = members_of(shape);
  std::vector<std::string_view> out(members.size(), "null");
  each_member(row, [&](std::string_view name, std::string_view value) {
    const auto it = std::find(members.begin(), members.end(), name);
    if (it != members.end())
      out[static_cast<std::size_t>(it - members.begin())] = value;
  });
  return out;
}

void append_object(std::string& out, std::string_view row, const view_shape& shape) {
  if (shape.members.empty()) {
    out.append(row);
    return;
  }
  const auto values = values_of(row, shape);
  for (std::size_t i = 0; i < values.size(); ++i) {
    out.append(i == 0 ? "{\"" : ",\"");
    out.append(shape.members[i]);
    out.append("\":");
    out.append(values[i]);
  }
  out.push_back('}');
}

} // namespace

const std::vector<std::string_view>& row_members() {
  // Of a row itself, so that there is one place where they are listed.
  static const auto row = [] {
    std::string out;
    append_row(out, **make_market("x", "B", "Q", "B"), {}, false);
    return out;
  }();
  static const auto members = [] {
    std::vector<std::string_view> out;
    each_member(row, [&](std::string_view name, std::string_view) { out.push_back(name); });
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
    for (const auto name : members_of(shape)) {
      out.append(out.empty() ? "" : ",");
      out.append(name);
    }
    out.append("\r\n");
  }
  return out;
}

void append_shaped(std::string& out, const view_shape& shape, std::size_t head_size,
                   std::string_view row) {
  switch (shape.format) {
  case view_format::json:
    if (out.size() > head_size)
      out.push_back(',');
    append_object(out, row, shape);
    return;
  case view_format::ndjson:
    append_object(out, row, shape);
    out.push_back('\n');
    return;
  case view_format::csv:
    const auto values = values_of(row, shape);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i > 0)
        out.push_back(',');
      append_csv_value(out, values[i]);
    }
    out.append("\r\n");
    return;
  }
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
