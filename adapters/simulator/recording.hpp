#pragma once

#include "adapters/simulator/random_walk.hpp"
#include "market/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tickboard::simulator {

/// The incoming frames of a recording (JSON lines), ready to be written to a WebSocket.
struct recording {
  std::vector<std::string> frames; ///< WebSocket frames, in order
  std::vector<instrument> symbols; ///< that occur in them, in order of first appearance
};

/// Reads a recording whole. The error names file, line and what is wrong there.
result<recording> load_recording(const std::string& file, std::string_view exchange);

} // namespace tickboard::simulator
