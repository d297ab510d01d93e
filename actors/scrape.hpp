#pragma once

#include "actors/address.hpp"
#include "adapters/metrics/registry.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/response_promise.hpp>
#include <caf/stateful_actor.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace tickboard {

struct scrape_config {
  metrics::registry_ptr registry;
  address_ptr status, root, keeper, metadata;
  /// Whose mailboxes are looked at, by the names of services.
  std::vector<std::pair<std::string, address_ptr>> actors{};
  std::chrono::milliseconds patience{500}; ///< with each of them; who is late is left out
  std::string version{};
};

struct scrape_state {
  static constexpr const char* name = "metrics";

  explicit scrape_state(caf::event_based_actor* owner) : self(owner) {}

  caf::response_promise ask();
  void collect();
  template <class Answer, class Question>
  void put_to(
      const address_ptr& whom, const Question& question, std::function<void(const Answer&)> take,
      std::function<void()> after = [] {});
  void answered();

  caf::event_based_actor* self;
  scrape_config config;
  std::vector<caf::response_promise> riders; ///< of the collection under way
  std::size_t open = 0;                      ///< who has yet to answer
  metrics::families told;
  metrics::family ready, metadata_state, metadata_assets, metadata_age, mailbox, wait;
};

/// Puts together what GET /metrics answers: what the registry counts, what the process takes, and
/// what status, the root supervisor, the keeper, metadata and the mailboxes of services say when
/// they are asked. Those who ask while a collection is under way share it. A service that does not
/// answer in time is missing in the text, but for the time that it was waited for.
///
/// To be spawned detached: it reads files, and writes a long text.
///
/// Takes: metrics_asked, answered with metrics_told.
caf::behavior scrape(caf::stateful_actor<scrape_state>* self, scrape_config config);

} // namespace tickboard
