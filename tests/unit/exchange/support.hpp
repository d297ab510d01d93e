#pragma once

#include "adapters/exchange/exchange.hpp"
#include "adapters/exchange/recording.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tickboard::exchange {

/// Decodes from a heap block of exactly the frame and its NUL, so that a sanitizer sees every byte
/// read beyond it. Also checks what holds for all input: problems are counted and readable.
decoded decode(const protocol& speaks, std::string_view frame, const symbol_table& symbols);

/// A table of these symbols, by the exchange's grammar.
symbol_table table_of(const protocol& speaks, const std::vector<std::string>& natives);

/// The path of a recorded file; nothing, said loudly, if the recordings are not here.
std::optional<std::string> shared_file(std::string_view below_recordings);

/// Incoming frames of a recording; empty if it is not here.
std::vector<recorded_frame> incoming_frames(std::string_view file);

/// The first event of type `T`, or null.
template <class T>
const T* find_event(const decoded& from) {
  for (const auto& one : from.events)
    if (const auto* const found = std::get_if<T>(&one))
      return found;
  return nullptr;
}

} // namespace tickboard::exchange
