#pragma once

#include "adapters/log/encoding.hpp"

#include <initializer_list>
#include <source_location>
#include <string_view>

/// What the program tells its operators, a line a matter:
///
///   log::warn("writer", "Redis is away", {{"writer", config.index}, {"reason", lost.reason}});
///
/// The component says who speaks; the message is a fixed sentence, so that it can be searched for
/// and counted; what varies is in fields. The first field says what the line is about: repeats are
/// counted for each (repeats.hpp). No field may hold a secret, or an URL that may hold one.
///
/// Any thread. A call never waits for whoever reads the log: lines go through a bounded queue, and
/// when that is full the oldest are lost, which is counted.
namespace tickboard::log {

/// A message with the place that says it.
struct located {
  located(const char* sentence, std::source_location place = std::source_location::current())
      : message(sentence), at(place) {}

  std::string_view message;
  std::source_location at;
};

using field_list = std::initializer_list<field>;

void write(level of, std::string_view component, const located& what, field_list fields);

inline void debug(std::string_view component, const located& what, field_list fields = {}) {
  write(level::debug, component, what, fields);
}
inline void info(std::string_view component, const located& what, field_list fields = {}) {
  write(level::info, component, what, fields);
}
inline void warn(std::string_view component, const located& what, field_list fields = {}) {
  write(level::warn, component, what, fields);
}
inline void error(std::string_view component, const located& what, field_list fields = {}) {
  write(level::error, component, what, fields);
}

} // namespace tickboard::log
