#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tickboard::redis {

/// A command in the making: arguments go straight into the bytes that are sent (RESP,
/// https://redis.io/docs/reference/protocol-spec/). The number of arguments is put in at the end.
class command {
public:
  command() = default;
  command(std::initializer_list<std::string_view> arguments);

  void add(std::string_view argument);
  void add(std::string_view argument, std::string_view rest); ///< both together are one
  void add(std::int64_t argument);
  /// Shortest text that reads back as the same double.
  void add(double argument);
  /// Their number, then each: how our scripts take lists.
  void add(const std::vector<std::string>& arguments);

  std::size_t arguments() const noexcept { return count_; }
  std::size_t bytes() const noexcept { return body_.size(); }

  /// Makes room for `bytes` of arguments, so that adding them copies none of the earlier ones.
  void reserve(std::size_t bytes) { body_.reserve(bytes); }

  /// The whole command. The object is empty afterwards.
  std::string finish();
  /// With the arguments of `first` before its own.
  std::string finish(const command& first);

private:
  std::string body_;
  std::size_t count_ = 0;
};

} // namespace tickboard::redis
