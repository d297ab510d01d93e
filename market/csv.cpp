#include "market/csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tickboard {

namespace {

const std::string too_long =
    fmt::format("has a field that is too long; allowed: at most {} bytes", csv_limits::field_bytes);

} // namespace

csv_reader::csv_reader(std::string_view text) noexcept : rest_(text) {
  if (rest_.starts_with("\xEF\xBB\xBF"))
    rest_.remove_prefix(3);
}

bool csv_reader::fail(std::string what) {
  problem_ = std::move(what);
  rest_ = {};
  return false;
}

bool csv_reader::next(csv_record& into) {
  const auto take_line_end = [this] {
    const std::size_t length = rest_.starts_with("\r\n") ? 2 : rest_.starts_with('\n') ? 1 : 0;
    rest_.remove_prefix(length);
    line_ += length > 0 ? 1 : 0;
    return length > 0;
  };
  while (take_line_end()) {
  }
  into.line = line_;
  into.fields.clear();
  if (rest_.empty())
    return false;
  for (;;) {
    if (into.fields.size() == csv_limits::fields)
      return fail(fmt::format("has too many fields; allowed: at most {}", csv_limits::fields));
    if (!read_field(into.fields.emplace_back()))
      return false;
    if (rest_.empty() || take_line_end())
      return true;
    rest_.remove_prefix(1); // the comma
  }
}

bool csv_reader::read_field(std::string& into) {
  if (rest_.starts_with('"'))
    return read_quoted(into);
  auto end = std::min(rest_.find_first_of(",\n\""), rest_.size());
  if (rest_.substr(end).starts_with('"'))
    return fail(
        "has a quote inside a field that does not begin with one; allowed: \"a \"\"b\"\"\"");
  if (end > 0 && rest_[end - 1] == '\r' && rest_.substr(end).starts_with('\n'))
    --end;
  if (end > csv_limits::field_bytes)
    return fail(too_long);
  into = rest_.substr(0, end);
  rest_.remove_prefix(end);
  return true;
}

bool csv_reader::read_quoted(std::string& into) {
  for (;;) {
    rest_.remove_prefix(1); // the opening quote, or the second of a pair
    const auto end = rest_.find('"');
    if (end == rest_.npos)
      return fail("has a quoted field that does not end; allowed: \"...\" with \"\" for a quote");
    into += rest_.substr(0, end);
    line_ += static_cast<std::size_t>(
        std::count(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
    if (into.size() > csv_limits::field_bytes)
      return fail(too_long);
    rest_.remove_prefix(end + 1);
    if (!rest_.starts_with('"'))
      break;
    into += '"';
  }
  if (rest_.empty() || rest_.starts_with(',') || rest_.starts_with('\n') ||
      rest_.starts_with("\r\n"))
    return true;
  return fail("has text behind a closing quote; allowed: a comma or the end of the line");
}

void append_csv_field(std::string& out, std::string_view field) {
  if (field.find_first_of(",\"\r\n") == field.npos) {
    out += field;
    return;
  }
  out += '"';
  for (const char c : field) {
    out += c;
    if (c == '"')
      out += c;
  }
  out += '"';
}

} // namespace tickboard
