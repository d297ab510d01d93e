#include "market/answer_text.hpp"

#include "market/flat_json.hpp"

#define XXH_INLINE_ALL
#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <utility>
#include <vector>
#include <xxhash.h>

namespace tickboard {

namespace {

constexpr std::string_view received_name = ",\"received_ms\":";

/// Where `received_name` is at or behind `begin`; npos. As find, which stops at every comma.
std::size_t find_received(std::string_view row, std::size_t begin) {
  static const std::boyer_moore_horspool_searcher search{received_name.begin(),
                                                         received_name.end()};
  const auto* const at = search(row.begin() + begin, row.end()).first;
  return at == row.end() ? row.npos : static_cast<std::size_t>(at - row.begin());
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

} // namespace

answer_text::answer_text(std::int64_t now_ms, const view_shape& shape)
    : now_ms_(now_ms), shape_(shape), text_(shape_head(shape)), head_size_(text_.size()) {
}

answer_text::answer_text(std::int64_t now_ms, std::string_view begin)
    : now_ms_(now_ms), text_(begin), head_size_(text_.size()) {
}

void answer_text::add_row(std::string_view row) {
  const bool first = rows_++ == 0;
  switch (shape_.format) {
  case view_format::json:
    if (!first)
      text_.push_back(',');
    [[fallthrough]];
  case view_format::ndjson:
    if (shape_.members.empty())
      append_object(row);
    else
      append_values(row);
    if (shape_.format == view_format::ndjson)
      text_.push_back('\n');
    return;
  case view_format::csv:
    append_values(row);
    text_.append("\r\n");
    return;
  }
}

void answer_text::append_object(std::string_view row) {
  auto at = find_received(row, row.size() / 2); // where rows have it: half of the search
  if (at == row.npos)
    at = find_received(row, 0);
  if (at == row.npos) {
    text_.append(row);
    return;
  }
  const auto begin = at + received_name.size();
  auto end = begin; // find_first_of would call memchr for every digit
  while (end < row.size() && row[end] != ',' && row[end] != '}')
    ++end;
  text_.append(row.substr(0, end));
  text_.append(",\"age_ms\":");
  append_age(row.substr(begin, end - begin));
  text_.append(row.substr(end));
}

/// The values of the shape's members, in their order; null for one that the row does not have.
void answer_text::append_values(std::string_view row) {
  const auto& members = shape_.members.empty() ? row_members() : shape_.members;
  std::vector<std::string_view> values(members.size(), "null");
  std::string_view received = "null";
  each_member(row, [&](std::string_view name, std::string_view value) {
    if (name == "received_ms")
      received = value;
    const auto it = std::find(members.begin(), members.end(), name);
    if (it != members.end())
      values[static_cast<std::size_t>(it - members.begin())] = value;
  });
  const bool csv = shape_.format == view_format::csv;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0)
      text_.push_back(',');
    if (!csv) {
      text_.append(i == 0 ? "{\"" : "\"");
      text_.append(members[i]);
      text_.append("\":");
    }
    if (members[i] != age_member)
      csv ? append_csv_value(text_, values[i]) : void(text_.append(values[i]));
    else if (!csv || received != "null")
      append_age(received);
  }
  if (!csv)
    text_.push_back('}');
}

void answer_text::append_age(std::string_view received_ms) {
  std::int64_t then = 0;
  const auto [end, error] =
      std::from_chars(received_ms.data(), received_ms.data() + received_ms.size(), then);
  if (error != std::errc{}) {
    text_.append("null");
    return;
  }
  mark_until(text_.size());
  std::array<char, 24> digits;
  const auto age = std::max<std::int64_t>(0, now_ms_ - then);
  text_.append(digits.data(), std::to_chars(digits.begin(), digits.end(), age).ptr);
  marked_ = text_.size();
}

void answer_text::append_marked(std::string_view text, std::uint64_t mark) {
  mark_until(text_.size());
  text_.append(text);
  mix(mark);
  marked_ = text_.size();
}

void answer_text::expect(std::size_t rows, std::size_t bytes_each) {
  constexpr std::size_t around_it = 32; // age and separator
  text_.reserve(text_.size() + rows * (bytes_each + around_it));
}

void answer_text::drop_rows() {
  text_.resize(head_size_);
  rows_ = marked_ = 0;
  mark_ = 0;
}

void answer_text::mix(std::uint64_t hash) noexcept {
  mark_ = (mark_ ^ hash) * 0x9E3779B97F4A7C15ULL;
  mark_ ^= mark_ >> 32;
}

void answer_text::mark_until(std::size_t end) {
  mix(XXH3_64bits(text_.data() + marked_, end - marked_));
  marked_ = end;
}

std::uint64_t answer_text::mark() {
  mark_until(text_.size());
  return mark_;
}

std::shared_ptr<const std::string> answer_text::take() {
  return std::make_shared<const std::string>(std::move(text_));
}

} // namespace tickboard
