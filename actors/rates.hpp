#pragma once

#include "actors/address.hpp"
#include "actors/messages/rates.hpp"
#include "actors/unix_ms.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <chrono>
#include <string>
#include <unordered_map>
#include <vector>

namespace tickboard {

struct rates_config {
  std::vector<address_ptr> writers;
  std::chrono::milliseconds max_age{0}; ///< a source that is silent for longer makes no rate
  wall_clock now_ms = system_clock();
  address_ptr assets = make_address(); ///< hears what writers hear
};

struct rates_state {
  static constexpr const char* name = "rates";

  explicit rates_state(caf::event_based_actor* owner) : self(owner) {}

  void learn(const rate_news& news);
  void tick();
  void publish(rate_table_ptr table);

  caf::event_based_actor* self;
  rates_config config;
  std::unordered_map<std::string, rate_source, string_hash, std::equal_to<>> sources; ///< by id
  asset_set wanted;
  rate_table_ptr published; ///< null: nothing yet
  std::int64_t looked_ms = 0;
  bool learnt = false;   ///< something since the last look
  bool newcomer = false; ///< a writer that has no rates yet
};

/// Knows the dollar rate of every asset that markets are quoted in. Writers tell it of the markets
/// that rates come from; it looks at these four times a second if there is news, and once a second
/// in any case, since rates also end by age. Writers hear of it when a rate has moved by more than
/// 5 bps from what they know, became known or unknown, and every 10 s as a sign of life. Holds one
/// entry a source, so it is bounded by the markets.
///
/// Takes: rate_news. Sends to writers: rates_published, and rate_sources_asked at its start; to the
/// assets actor: rates_published.
caf::behavior rates(caf::stateful_actor<rates_state>* self, rates_config config);

} // namespace tickboard
