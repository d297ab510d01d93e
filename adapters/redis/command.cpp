#include "adapters/redis/command.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace tickboard::redis {

namespace {

void append_number(std::string& out, std::size_t value) {
  std::array<char, 24> digits;
  out.append(digits.begin(), std::to_chars(digits.begin(), digits.end(), value).ptr);
}

} // namespace

command::command(std::initializer_list<std::string_view> arguments) {
  for (const auto argument : arguments)
    add(argument);
}

void command::add(std::string_view argument) {
  add(argument, {});
}

void command::add(std::string_view argument, std::string_view rest) {
  std::array<char, 24> head;
  head[0] = '$';
  auto* end = std::to_chars(head.begin() + 1, head.end(), argument.size() + rest.size()).ptr;
  *end++ = '\r';
  *end++ = '\n';
  body_.append(head.begin(), end);
  body_.append(argument).append(rest);
  body_.append("\r\n", 2);
  ++count_;
}

void command::add(std::int64_t argument) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.begin(), digits.end(), argument).ptr;
  add(std::string_view{digits.begin(), end});
}

void command::add(double argument) {
  if (std::isinf(argument)) {
    add(argument < 0 ? std::string_view{"-inf"} : std::string_view{"+inf"});
    return;
  }
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.begin(), digits.end(), argument).ptr;
  add(std::string_view{digits.begin(), end});
}

void command::add(const std::vector<std::string>& arguments) {
  add(static_cast<std::int64_t>(arguments.size()));
  for (const auto& argument : arguments)
    add(std::string_view{argument});
}

std::string command::finish() {
  return finish(command{});
}

std::string command::finish(const command& first) {
  std::string out;
  out.reserve(first.body_.size() + body_.size() + 16);
  out.push_back('*');
  append_number(out, first.count_ + count_);
  out.append("\r\n").append(first.body_).append(body_);
  body_.clear();
  count_ = 0;
  return out;
}

} // namespace tickboard::redis
