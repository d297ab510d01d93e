#pragma once

#include "actors/messages/ids.hpp"
#include "market/ticker.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// Of what is followed.
namespace tickboard {

/// All markets that a feed follows: to search, once it knows, and again from time to time; through
/// the normalizers, behind the last frames of those that it followed before, to the writers.
struct markets_followed {
  std::string feed;
  std::vector<market_ptr> markets;
  std::vector<std::uint32_t> sources{}; ///< of each, the id of the connection that follows it
};

} // namespace tickboard
