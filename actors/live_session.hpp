#pragma once

#include "actors/admission.hpp"
#include "actors/live_route.hpp"
#include "actors/messages/live.hpp"
#include "actors/messages/query.hpp"
#include "actors/messages/session.hpp"
#include "adapters/net/http_server.hpp"

#include <caf/event_based_actor.hpp>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace tickboard {

struct session_config;

/// Who follows, and as what it was let in.
struct live_client {
  std::string name;    ///< as of page_asked
  std::string network; ///< as limits count it
  admission_ticket ticket;
};

/// The part of a session that tells a client of changes: on a stream, or on a WebSocket. Belongs to
/// the session's actor.
///
/// A subscription asks the hub for more when its last news is with the client, so at most one piece
/// of each waits here. Who would not be let in any more is told so instead of the next news, and
/// his connection is ended, as is a WebSocket that follows nothing for
/// session_config::idle_timeout. A subscription on a WebSocket counts as a request does. A
/// WebSocket's next message is read when the last one is answered.
class live_session {
public:
  live_session(caf::event_based_actor* self, std::shared_ptr<const session_config> config,
               std::shared_ptr<net::http_connection> connection, live_client client);

  /// How a request for a stream is answered, once that is known.
  struct stream_answer {
    net::http_response head; ///< if it begins
    bool begins_in_trouble =
        false; ///< also while the view is not answered: the client gives up else
    std::function<void()> begins;
    std::function<void(net::http_response)> refuse; ///< if not
  };

  /// Answers GET /v1/stream: with the head and what follows when there is a page, or trouble to
  /// tell of, else by a refusal.
  void start_stream(const ask_live& what, std::string last_event_id, stream_answer answer);
  void start_websocket();

  void sent();
  void said(const std::string& text);
  void retry(const live_retry_due& due);
  void look_whether_idle();

private:
  struct subscription {
    ask_live what;
    std::string has;
    bool in_trouble = false;
    std::uint64_t serial = 0; ///< tells it from another of its name
    int untold = 0;           ///< times that the hub did not answer, since the client was told so
  };
  struct outgoing {
    std::string name; ///< of the subscription whose news it is; of a WebSocket's reply: empty
    std::uint64_t serial = 0;
    net::live_piece piece;
    bool last = false; ///< there is no more to tell
  };

  void ask(const std::string& name);
  void asked();
  void read_on();
  subscription* find(const std::string& name, std::uint64_t serial);
  void news(const std::string& name, std::uint64_t serial, const live_news& told);
  void no_news(const std::string& name, std::uint64_t serial, const caf::error& why);
  bool begin(const live_news& told);
  net::live_piece piece_of(const std::string& name, const live_news& told) const;
  void subscribe(live_command command);
  void reply(std::string text);
  void reply_refusal(const std::string& view, const net::http_response& why);
  void drop(const std::string& name);
  void erase(const std::string& name);
  void watch_idle();
  void show_out();
  void pump();

  caf::event_based_actor* self_;
  std::shared_ptr<const session_config> config_;
  std::shared_ptr<net::http_connection> connection_;
  live_client client_;
  bool is_websocket_ = false;
  std::optional<stream_answer> answer_;               ///< of a stream that has not begun
  std::map<std::string, subscription> subscriptions_; ///< of a stream: one without a name
  std::uint64_t serials_ = 0;
  std::size_t asks_ = 0;    ///< with the hub, those of subscriptions that are gone among them
  bool is_to_read_ = false; ///< when there are less
  std::deque<outgoing> out_;
  bool ready_ = false;   ///< the connection takes the next piece
  bool writing_ = false; ///< the front one
  bool begun_ = false;   ///< a stream: its first event is written

  // Of a WebSocket.
  caf::actor_clock::time_point idle_since_;     ///< while it follows nothing
  bool watching_ = false;                       ///< a look whether it does is on its way
  std::optional<net::websocket_end> ends_as_{}; ///< when what waits is written
};

} // namespace tickboard
