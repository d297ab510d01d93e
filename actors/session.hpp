#pragma once

#include "actors/address.hpp"
#include "actors/admission.hpp"
#include "actors/asset_route.hpp"
#include "actors/config_state.hpp"
#include "actors/familiar_route.hpp"
#include "actors/followed_exchanges.hpp"
#include "actors/known_pages.hpp"
#include "actors/live_session.hpp"
#include "actors/messages/query.hpp"
#include "actors/route_figures.hpp"
#include "actors/search_route.hpp"
#include "actors/static_document.hpp"
#include "market/asset_row.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <functional>
#include <string>
#include <vector>

namespace tickboard {

/// What every session needs to know.
struct session_config {
  address_ptr query, status, keeper, search;
  address_ptr metadata = make_address();
  address_ptr assets = make_address();
  address_ptr live = make_address(); ///< the hub
  address_ptr root = make_address(); ///< the root supervisor
  address_ptr metrics = make_address();
  caf::actor lifeline; ///< sessions end with it, so that a shutdown reaches all of them
  /// For an actor's answer; then 503, at most a quarter of it later.
  std::chrono::milliseconds timeout{2'000};
  /// For the hub's answer, which comes when there is news, or a heartbeat.
  std::chrono::milliseconds live_patience{30'000};
  std::chrono::milliseconds idle_timeout{60'000}; ///< of a WebSocket that follows nothing
  std::chrono::milliseconds max_age{0};           ///< of a reused page; for Cache-Control
  bool gzip = true;
  std::string cors_origin;    ///< whose pages in browsers may read answers; empty: only our own
  bool tells_metrics = true;  ///< answers GET /metrics
  bool for_operators = false; ///< serves what admin_route.hpp does
  std::shared_ptr<admission> admits = std::make_shared<admission>();
  std::shared_ptr<config_state> file = std::make_shared<config_state>();
  std::shared_ptr<followed_exchanges> exchanges = std::make_shared<followed_exchanges>();
  std::shared_ptr<known_pages> pages = std::make_shared<known_pages>(); ///< of all sessions
  std::shared_ptr<route_figures> figures = std::make_shared<route_figures>();
};

struct session_state {
  static constexpr const char* name = "session";

  explicit session_state(caf::event_based_actor* owner) : self(owner) {}
  ~session_state();

  void handle(const net::http_request& request);
  /// Asks for what the request at hand needs: `take` gets it, `failed` why it cannot be had.
  /// Neither runs once the client was told that this took too long.
  template <class Answer, class Question, class Take>
  void ask(const address& whom, Question question, Take take,
           std::function<void(const caf::error&)> failed);
  /// The same; the client is told why.
  template <class Answer, class Question, class Take>
  void ask(const address& whom, Question question, Take take);
  void watch();
  void look_for_overdue();
  bool admit(const net::http_request& request, std::string_view path);
  void ask_for_page(const page_question_ptr& question);
  void ask_for_row(const std::string& id, const std::string& quote);
  void ask_for_candles(const candles_asked& what);
  void ask_for_quotes();
  void answer_market(const std::string& id, const answer& told);
  void answer_now(const answer& told, std::string links = {});
  void answer_found(const answer& told, const std::function<net::http_response()>& missing,
                    std::string links = {});
  void ask_for_exchanges();
  void ask_for_supervision();
  template <class Question>
  void ask_for_state(const address& of, const Question& question);
  void ask_for_health();
  void ask_for_readiness();
  void ask_for_metrics();
  void ask_for_search(const ask_search& what);
  void go_live(const ask_live& what, const net::http_request& request);
  void open_socket(const net::http_request& request);
  void ask_about_assets(const asset_question& what);
  void ask_familiar(const familiar_question& what);
  void answer_page(const view_query& query, const answer& page);
  net::http_response from_redis(const answer& told, bool is_json = true) const;
  void answer_document(const static_document& what);
  void answer_preflight(std::string_view path);
  void refuse(const view_refusal& why);
  void fail(const caf::error& error);
  void respond(net::http_response response, const net::shared_bytes& packed = nullptr);
  void count(unsigned status);
  void add_common(net::http_response& response) const;

  // Answers in the words of other services, once it is known what there is.
  struct rows_told {
    const std::vector<asset_row>& rows;
    std::uint64_t total;
  };
  void ask_for_rows(dialect of, const asset_query& which,
                    std::function<std::string(const rows_told& told)> translate);
  void answer_markets(const coingecko::markets_query& query, const asset_directory_ptr& directory);
  void answer_price(const coingecko::price_query& query, const asset_directory_ptr& directory);
  void answer_listings(const coinmarketcap::listings_query& query,
                       const asset_directory_ptr& directory);

  caf::event_based_actor* self;
  std::shared_ptr<const session_config> config;
  std::shared_ptr<net::http_connection> connection;
  std::string network;              ///< of the client
  std::optional<live_session> live; ///< since a request for what goes on

  // Of the request that is being answered.
  bool accepts_gzip = false;
  std::string if_none_match;
  bool is_guarded = false;          ///< who asks matters
  std::optional<rate_verdict> rate; ///< of who asks, if limited
  std::string client;               ///< who asks: by API key, else by network
  admission_ticket ticket;          ///< as what
  std::chrono::steady_clock::time_point asked;
  std::size_t route = 0;                           ///< its place in config->figures
  bool open = false;                               ///< it is not answered yet
  std::function<void(const caf::error&)> given_up; ///< if an actor is asked: who hears of no answer
  caf::actor_clock::time_point due;                ///< when that is
  std::uint64_t number = 0;                        ///< of the request; others' answers are late
  bool watching = false; ///< a look at `due` is on its way: one timer for many requests
};

template <class Answer, class Question, class Take>
void session_state::ask(const address& whom, Question question, Take take,
                        std::function<void(const caf::error&)> failed) {
  given_up = std::move(failed);
  due = self->clock().now() + config->timeout;
  if (!watching)
    watch();
  // A timeout of CAF's for each would cost an eighth of a page (docs/performance.md).
  self->request(whom.get(), caf::infinite, std::move(question))
      .then(
          [this, of = number, take = std::move(take)](const Answer& answer) {
            if (of != number || !given_up)
              return;
            given_up = nullptr;
            take(answer);
          },
          [this, of = number](const caf::error& error) {
            if (of == number && given_up)
              std::exchange(given_up, nullptr)(error);
          });
}

template <class Answer, class Question, class Take>
void session_state::ask(const address& whom, Question question, Take take) {
  ask<Answer>(whom, std::move(question), std::move(take),
              [this](const caf::error& error) { fail(error); });
}

/// One client's connection: routes a request, asks the actor who knows, answers. The connection
/// hands over one request at a time, so there is never more than one answer open.
///
/// A request for what goes on (GET /v1/stream, /v1/ws) is the connection's last: live_session.hpp.
///
/// Takes: request_received, patience_due, piece_sent, message_received, live_retry_due,
/// live_idle_due, client_gone (ends it).
caf::behavior session(caf::stateful_actor<session_state>* self,
                      std::shared_ptr<const session_config> config,
                      std::shared_ptr<net::http_connection> connection);

/// Makes the listener of a connection, which spawns its session and hands requests to it.
net::http_listener_factory session_listener(caf::actor_system& system,
                                            std::shared_ptr<const session_config> config);

} // namespace tickboard
