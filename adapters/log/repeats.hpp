#pragma once

#include "adapters/log/encoding.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace tickboard::log {

/// Where a line comes from and what it is about: the first of its fields.
struct line_source {
  const char* file = "";
  unsigned line = 0;
  level of = level::info;
  std::string_view component, message;
  std::string_view subject_key{}, subject{};
};

/// Keeps what is said again and again from filling the log: of one place and subject at most
/// `most_of_subject` lines a minute are written, of one place at most `most_of_place`. Not
/// thread-safe.
class repeats {
public:
  using clock = std::chrono::steady_clock;

  static constexpr std::uint32_t most_of_subject = 10, most_of_place = 100;
  static constexpr std::chrono::seconds window{60};
  static constexpr std::size_t most_subjects = 1'024; ///< with more, places alone are counted

  /// Is this line to be written? Counts it.
  bool admit(const line_source& from, clock::time_point now);

  /// Lines that were left out within a minute that is over; each is told once.
  struct suppressed {
    level of;
    std::string component, message, subject_key, subject; ///< no subject: of any
    std::uint64_t times;
  };
  std::vector<suppressed> take_due(clock::time_point now);
  /// The same of minutes that are not over.
  std::vector<suppressed> take_all();

private:
  struct entry {
    suppressed left_out;
    clock::time_point began;
    std::uint32_t written = 0;
  };
  using place = std::pair<std::string_view, unsigned>;

  static void note(entry& one, const line_source& from, clock::time_point now);
  template <class Entries>
  static void take(Entries& from, clock::time_point until, std::vector<suppressed>& out);

  std::map<place, entry> places_; ///< bounded by the places in the program
  std::map<std::tuple<place, std::string, std::string>, entry> subjects_; ///< component, subject
};

} // namespace tickboard::log
