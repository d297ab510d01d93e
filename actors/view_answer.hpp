#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace tickboard {

/// Where a page stands in its view: what links to its neighbours are made of.
struct page_place {
  std::uint32_t number = 1; ///< of pages
  std::string next;         ///< the cursor's token; empty: no more rows
  std::string snapshot;     ///< the snapshot's token; empty: of none
};

/// A question that was understood and cannot be answered with a page.
struct view_refusal {
  unsigned status = 0; ///< of HTTP; 0: it was not refused
  std::string title, detail;
  std::chrono::seconds retry_after{0}; ///< 0: trying again does not help
};

} // namespace tickboard
