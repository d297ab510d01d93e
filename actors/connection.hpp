#pragma once

#include "actors/address.hpp"
#include "actors/connect_pass.hpp"
#include "actors/messages/connect_gate.hpp"
#include "actors/messages/connection.hpp"
#include "actors/messages/source.hpp"
#include "actors/mute_guard.hpp"
#include "adapters/net/stream.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <deque>
#include <optional>
#include <set>
#include <span>

namespace tickboard {

/// What a connection actor is given. The same each time its supervisor starts it.
struct connection_config {
  source_ptr from;  ///< with the markets to subscribe
  std::string life; ///< what the feed calls it
  std::vector<std::string> channels;
  net::stream_options stream;
  net::stream_opener open;
  address_ptr gate;      ///< asked before the stream is opened; null: nobody is
  connect_asked attempt; ///< what the gate is asked
  address_ptr normalizer;
  std::chrono::milliseconds stall_timeout{30'000};
  std::chrono::milliseconds acknowledge_timeout{15'000}; ///< after the last request was sent
  std::chrono::milliseconds request_interval{100};
  std::chrono::milliseconds keepalive_interval{0};
  std::chrono::milliseconds max_age{0}; ///< 0: none
  caf::actor cross_check;
  std::chrono::milliseconds mute_after{0}; ///< see quiet_watch; 0: mute markets are not looked for
  std::chrono::milliseconds mute_pause{0}; ///< before a renewal because of them is asked for
};

struct connection_state {
  static constexpr const char* name = "connection";
  using time_point = caf::actor_clock::time_point;

  explicit connection_state(caf::event_based_actor* owner) : self(owner), pass(owner) {}
  ~connection_state();

  void wait(const std::string& why);
  void open();
  void opened();
  void send_next();
  void plan_send();
  void pause(const std::string& reason);
  void resume();
  void read(const net::frame_batch_ptr& frames);
  void decoded(const decode_report& report);
  void tell_live();
  void handle(const exchange::event& event);
  void reject(const exchange::rejected& refusal);
  void give_up_if_all_refused(const std::string& reason);
  void settle(std::uint64_t request_id, const std::vector<std::string>& natives);
  void ask_for(std::span<const market_ptr> markets);
  void acknowledge(const exchange::acknowledged& answer);
  void look_for_refused();
  bool give_up_asking_again();
  void check();
  void look_for_mute();
  void tell();
  void fail(caf::error reason);
  void ask_for_renewal(const std::string& reason, bool mute = false);

  caf::event_based_actor* self;
  connection_config config;
  caf::actor feed;
  connect_pass pass;
  net::stream_ptr stream;

  std::string waits_for;
  std::string phase = "connecting";
  std::deque<exchange::request> unsent;
  std::vector<exchange::request> unanswered;
  std::uint64_t next_request_id = 1;
  std::set<std::string> rejected;         ///< natives
  std::string reject_reason;              ///< of the last of them
  bool rejected_is_news = false;          ///< the feed knows others
  std::optional<time_point> ask_again_at; ///< for `rejected`; none: there are none, or it was asked
  std::uint32_t asked_again = 0;
  std::string last_refusal; ///< of those that answer nothing we know of
  bool send_planned = false;
  bool paused = false;      ///< nothing is asked for: the exchange wants fewer messages
  std::uint32_t pauses = 0; ///< since all was answered
  bool live = false;
  bool whole = false; ///< live, with every subscription answered; the feed was told
  bool renewal_asked = false;
  std::optional<mute_guard> guard;
  time_point opened_at, last_data, last_request, last_keepalive, last_told, rated;
  std::int64_t last_frame_ms = 0;
  std::uint64_t frames = 0, patches = 0, malformed = 0, quarantined = 0, frames_when_rated = 0;
  double frames_per_second = 0;
};

/// One life of one connection to an exchange: waits until the connect gate lets it connect (which
/// ends nothing, however long it takes), opens the socket, subscribes within the exchange's
/// limits, answers its pings, passes frames on to the normalizer, and watches three clocks: the
/// socket's (the stream's own), the exchange's (keepalive) and the data's (stall_timeout;
/// heartbeats do not count). Where the exchange says that it gets too many messages, nothing is
/// asked for during a pause, of a second at first, twice as long each time, up to a minute; then
/// what has no answer is asked again. Markets whose subscription is refused are asked for again
/// after a minute, then 2, 4, ..., at most six hours; that such a question is not answered ends
/// nothing. A market that is mute among live ones makes it ask to be renewed. Whatever goes wrong
/// ends it with an `ec` and a sentence; its supervisor starts the next life.
///
/// Takes: connect_allowed, connect_delayed, look_for_gate; stream_opened, stream_frames,
/// stream_alive, stream_closed (io thread), decode_report. Sends: connect_asked, host_refused to
/// the gate; decode_frames to the normalizer; asks the cross-check cross_check_asked;
/// connection_live, renewal_wanted, connection_status to `feed`.
caf::behavior connection(caf::stateful_actor<connection_state>* self, connection_config config,
                         caf::actor feed);

} // namespace tickboard
