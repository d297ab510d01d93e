#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tickboard::config {

/// A place in the file; both count from 1, columns in characters.
struct position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  friend auto operator<=>(const position&, const position&) = default;
};

/// The most problems that one report lists; it says how many more there are. Bounds the memory
/// and the output that a hostile file can cause.
inline constexpr std::size_t max_problems = 100;

/// Collects what is wrong with a file.
class problems {
public:
  /// "key: what; allowed: allowed". `allowed` may be empty if there is nothing to choose from.
  void add(position at, std::string_view key, std::string_view what, std::string_view allowed);

  bool empty() const noexcept { return total_ == 0; }

  /// One problem a line, "file:line:column: ...", in the order of the file, without a trailing
  /// line break.
  std::string render(std::string_view file);

private:
  struct problem {
    position at;
    std::string text;
  };

  void keep_first();

  std::vector<problem> first_;
  std::size_t total_ = 0;
};

} // namespace tickboard::config
