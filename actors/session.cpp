#include "actors/session.hpp"

#include "actors/admin_route.hpp"
#include "actors/entity_tag.hpp"
#include "actors/error.hpp"
#include "actors/messages/search.hpp"
#include "actors/routes.hpp"
#include "adapters/net/deflate.hpp"
#include "adapters/redis/public_text.hpp"
#include "market/json_text.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>

namespace tickboard {

namespace {

constexpr std::size_t worth_compressing = 1024; ///< bytes; less fits a packet anyway
constexpr int looks_per_timeout = 4;

/// Clients of other services send these, and what tells about themselves: nothing here reads them.
/// Not every browser knows the asterisk, which does not stand for Authorization.
constexpr std::string_view familiar_request_headers =
    ", X-CG-Demo-API-Key, X-CG-Pro-API-Key, X-CMC_PRO_API_KEY, *";

net::shared_bytes bytes(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

/// Adds to the header fields of the request that the answer depends on.
void vary(net::http_response& response, std::string_view on) {
  for (auto& [name, value] : response.headers)
    if (name == "Vary") {
      value.append(", ").append(on);
      return;
    }
  response.headers.emplace_back("Vary", on);
}

/// In seconds, as the header field has it.
std::string age_of(const answer& told) {
  const auto age = std::chrono::steady_clock::now() - told.evaluated;
  return fmt::format("{}", std::chrono::duration_cast<std::chrono::seconds>(age).count());
}

/// In milliseconds, as the header field has them.
std::string server_timing(std::chrono::nanoseconds redis, std::chrono::nanoseconds total) {
  const auto us = [](std::chrono::nanoseconds time) { return time.count() / 1'000; };
  return fmt::format("redis;dur={}.{:03}, total;dur={}.{:03}", us(redis) / 1'000, us(redis) % 1'000,
                     us(total) / 1'000, us(total) % 1'000);
}

} // namespace

session_state::~session_state() {
  if (open)
    config->figures->left();
}

void session_state::handle(const net::http_request& request) {
  accepts_gzip = request.accepts_gzip;
  if_none_match = request.if_none_match;
  asked = std::chrono::steady_clock::now();
  ++number;
  given_up = nullptr;
  rate.reset();
  const auto path = std::string_view{request.target}.substr(0, request.target.find('?'));
  route = config->figures->find(path);
  if (!std::exchange(open, true))
    config->figures->asked();
  if (!config->cors_origin.empty() && request.method_text == "OPTIONS") {
    answer_preflight(path);
    return;
  }
  ticket = {};
  is_guarded = config->admits->guards() && !admission::is_open(path);
  if (is_guarded && !admit(request, path))
    return;
  if (const auto known = config->pages->find(request)) { // an operators' session keeps none
    ask_for_page(known);
    return;
  }
  auto to = config->for_operators ? find_admin_route(request) : find_route(request);
  std::visit(
      [this, &request](auto& found) {
        using type = std::decay_t<decltype(found)>;
        if constexpr (std::is_same_v<type, net::http_response>) {
          respond(std::move(found));
        } else if constexpr (std::is_same_v<type, ask_page>) {
          config->pages->keep(request, found.question);
          ask_for_page(found.question);
        } else if constexpr (std::is_same_v<type, ask_live>) {
          go_live(found, request);
        } else if constexpr (std::is_same_v<type, ask_socket>) {
          open_socket(request);
        } else if constexpr (std::is_same_v<type, ask_row>) {
          ask_for_row(found.id, found.quote);
        } else if constexpr (std::is_same_v<type, ask_candles>) {
          ask_for_candles({std::move(found.query), std::move(found.quote)});
        } else if constexpr (std::is_same_v<type, ask_quotes>) {
          ask_for_quotes();
        } else if constexpr (std::is_same_v<type, ask_exchanges>) {
          ask_for_exchanges();
        } else if constexpr (std::is_same_v<type, ask_supervision>) {
          ask_for_supervision();
        } else if constexpr (std::is_same_v<type, ask_health>) {
          ask_for_health();
        } else if constexpr (std::is_same_v<type, ask_metrics>) {
          ask_for_metrics();
        } else if constexpr (std::is_same_v<type, ask_document>) {
          answer_document(*found.what);
        } else if constexpr (std::is_same_v<type, ask_search>) {
          ask_for_search(found);
        } else if constexpr (std::is_same_v<type, asset_question>) {
          ask_about_assets(found);
        } else if constexpr (std::is_same_v<type, familiar_question>) {
          ask_familiar(found);
        } else {
          ask_for_readiness();
        }
      },
      to);
}

/// Answers who is not let in.
bool session_state::admit(const net::http_request& request, std::string_view path) {
  const auto verdict = config->admits->admit(request, path, network, asked);
  rate = verdict.rate;
  client = verdict.client.empty() ? network : verdict.client;
  ticket = verdict.ticket;
  if (verdict.is == admission_outcome::admitted)
    return true;
  respond(refusal_of(verdict, path));
  return false;
}

void session_state::ask_for_page(const page_question_ptr& question) {
  if (const auto wrong = config->exchanges->refuse(question->query)) {
    respond(bad_parameter(*wrong));
    return;
  }
  ask<answer>(*config->query, page_asked{question, client},
              [this, question](const answer& page) { answer_page(question->query, page); });
}

void session_state::answer_page(const view_query& query, const answer& page) {
  if (page.refusal.status != 0) {
    refuse(page.refusal);
    return;
  }
  auto out = from_redis(page, query.shape.format == view_format::json);
  if (config->max_age.count() == 0 || page.stale_since_ms != 0) {
    out.headers.emplace_back("Cache-Control", "no-cache");
  } else {
    out.headers.emplace_back("Cache-Control",
                             fmt::format("max-age={}", config->max_age.count() / 1000));
    out.headers.emplace_back("Age", age_of(page));
  }
  out.content_type = content_type(query.shape.format);
  vary(out, "Accept");
  if (query.shape.format != view_format::json && !query.by_cursor)
    out.headers.emplace_back("X-Total-Count", fmt::format("{}", page.total));
  if (page.link)
    out.headers.emplace_back("Link", *page.link);
  respond(std::move(out));
}

/// With what helps a client that asks again, and one that wonders where the time went.
net::http_response session_state::from_redis(const answer& told, bool is_json) const {
  net::http_response out;
  out.headers.reserve(12);
  out.body = told.body;
  if (!told.tag.empty())
    out.headers.emplace_back("ETag", told.tag);
  if (told.stale_since_ms != 0) {
    out.headers.emplace_back("Age", age_of(told));
    out.headers.emplace_back("X-Stale-Since", fmt::format("{}", told.stale_since_ms));
    if (is_json)
      out.body = with_stale_since(*told.body, told.stale_since_ms);
  }
  const auto total = std::chrono::steady_clock::now() - asked;
  out.headers.emplace_back("Server-Timing", server_timing(told.took, total));
  if (!told.tag.empty() && names_tag(if_none_match, told.tag))
    out.status = 304;
  return out;
}

/// Compressed once for all, not for each who asks.
void session_state::answer_document(const static_document& what) {
  net::http_response out;
  out.content_type = what.content_type;
  out.headers = what.headers;
  out.body = what.body;
  if (names_tag(if_none_match, what.tag))
    out.status = 304;
  respond(std::move(out), what.gzipped);
}

/// A browser asks before it sends a request with headers of its own (Fetch standard,
/// CORS-preflight).
void session_state::answer_preflight(std::string_view path) {
  net::http_response out;
  out.status = 204;
  out.headers.emplace_back("Access-Control-Allow-Methods", "GET, HEAD");
  std::string allowed =
      config->admits->guards() ? "Authorization, If-None-Match, X-API-Key" : "If-None-Match";
  if (dialect_at(path))
    allowed += familiar_request_headers;
  out.headers.emplace_back("Access-Control-Allow-Headers", std::move(allowed));
  out.headers.emplace_back("Access-Control-Max-Age", "86400");
  respond(std::move(out));
}

void session_state::refuse(const view_refusal& why) {
  auto out = net::problem(why.status, why.title, why.detail);
  if (why.retry_after.count() > 0)
    out.headers.emplace_back("Retry-After", fmt::format("{}", why.retry_after.count()));
  respond(std::move(out));
}

void session_state::ask_for_row(const std::string& id, const std::string& quote) {
  ask<answer>(*config->query, row_asked{id, quote},
              [this, id](const answer& row) { answer_market(id, row); });
}

void session_state::ask_for_candles(const candles_asked& what) {
  ask<answer>(*config->query, what,
              [this, id = what.query.id](const answer& candles) { answer_market(id, candles); });
}

void session_state::ask_for_quotes() {
  ask<answer>(*config->query, quotes_asked{}, [this](const answer& told) { answer_now(told); });
}

/// With what is told of one market, if there is one.
void session_state::answer_market(const std::string& id, const answer& told) {
  answer_found(told, [&id] {
    return net::problem(
        404, "No such market",
        fmt::format("{} is not followed; GET /v1/markets lists what is", id.substr(0, 80)));
  });
}

/// With what is true now, and `links` unless they are empty.
void session_state::answer_now(const answer& told, std::string links) {
  auto out = from_redis(told);
  out.headers.emplace_back("Cache-Control", "no-cache");
  if (!links.empty())
    out.headers.emplace_back("Link", std::move(links));
  respond(std::move(out));
}

/// The same, unless it is refused, or `missing`.
void session_state::answer_found(const answer& told,
                                 const std::function<net::http_response()>& missing,
                                 std::string links) {
  if (told.refusal.status != 0)
    refuse(told.refusal);
  else if (!told.body)
    respond(missing());
  else
    answer_now(told, std::move(links));
}

void session_state::ask_for_search(const ask_search& what) {
  ask<answer>(*config->search, search_asked{what.text, what.limit},
              [this](const answer& found) { answer_now(found); });
}

/// Looks until nobody is asked any more whether who is asked takes too long.
void session_state::watch() {
  watching = true;
  self->delayed_send(self, config->timeout / looks_per_timeout, patience_due{});
}

void session_state::look_for_overdue() {
  watching = false;
  if (!given_up)
    return;
  if (self->clock().now() >= due)
    std::exchange(given_up, nullptr)(caf::make_error(caf::sec::request_timeout));
  else
    watch();
}

void session_state::fail(const caf::error& error) {
  const auto why = why_not(error);
  respond(not_available(config->for_operators ? why : redis::public_text(why)));
}

// -- what goes on ---------------------------------------------------------------------------------

void session_state::go_live(const ask_live& what, const net::http_request& request) {
  if (const auto wrong = config->exchanges->refuse(what.question->query)) {
    respond(bad_parameter(*wrong));
    return;
  }
  net::http_response head;
  head.content_type = "text/event-stream";
  head.headers.emplace_back("Cache-Control", "no-store");
  head.headers.emplace_back("X-Accel-Buffering", "no"); // nginx passes events on as they come
  add_common(head);
  if (request.method == net::http_method::head) {
    count(200);
    connection->begin_stream(std::move(head));
    return;
  }
  live.emplace(self, config, connection, live_client{client, network, ticket});
  // Browsers' EventSource asks so, and never again after another status than 200.
  const bool is_event_source = request.accept.find("text/event-stream") != std::string::npos;
  live->start_stream(what, request.rare ? request.rare->last_event_id : "",
                     {std::move(head), is_event_source, [this] { count(200); },
                      [this](net::http_response why) { respond(std::move(why)); }});
}

void session_state::open_socket(const net::http_request& request) {
  if (!request.rare || !request.rare->wants_websocket) {
    auto out = net::problem(426, "Upgrade required",
                            "this resource is a WebSocket (RFC 6455); GET /v1/stream is the same "
                            "without");
    out.headers.emplace_back("Upgrade", "websocket");
    out.headers.emplace_back("Connection", "Upgrade"); // RFC 9110 section 7.8
    respond(std::move(out));
    return;
  }
  const auto& rare = *request.rare;
  if (!is_origin_allowed(rare.origin, rare.host, config->cors_origin)) {
    respond(
        net::problem(403, "Forbidden",
                     fmt::format("pages of {} may not read answers; http.cors_origin says whose "
                                 "may",
                                 json_excerpt(rare.origin))));
    return;
  }
  live.emplace(self, config, connection, live_client{client, network, ticket});
  count(101);
  live->start_websocket();
}

/// What every answer may have.
void session_state::add_common(net::http_response& response) const {
  if (rate)
    add_rate_headers(response, *rate);
  if (is_guarded)
    vary(response, "Authorization, X-API-Key");
  if (!config->cors_origin.empty()) {
    response.headers.emplace_back("Access-Control-Allow-Origin", config->cors_origin);
    response.headers.emplace_back("Access-Control-Expose-Headers",
                                  "Age, ETag, Link, RateLimit-Limit, RateLimit-Remaining, "
                                  "RateLimit-Reset, Retry-After, Server-Timing, X-Stale-Since, "
                                  "X-Total-Count");
    if (config->cors_origin != "*")
      vary(response, "Origin");
  }
}

/// `packed`, unless null, is the body compressed. A 304 is handed over with the body that it
/// spares: what that depends on is told all the same (RFC 9110 section 15.4.5).
void session_state::respond(net::http_response response, const net::shared_bytes& packed) {
  add_common(response);
  const bool has_body = response.status != 304;
  const auto size = response.body ? response.body->size() : 0;
  if (config->gzip && (packed || size >= worth_compressing)) {
    vary(response, "Accept-Encoding");
    if (accepts_gzip && has_body) {
      response.body = packed ? packed : bytes(net::gzip(*response.body));
      response.headers.emplace_back("Content-Encoding", "gzip");
    }
  }
  if (!has_body)
    response.body = nullptr;
  count(response.status);
  connection->respond(std::move(response));
}

void session_state::count(unsigned status) {
  if (std::exchange(open, false))
    config->figures->answered(route, status, std::chrono::steady_clock::now() - asked);
}

caf::behavior session(caf::stateful_actor<session_state>* self,
                      std::shared_ptr<const session_config> config,
                      std::shared_ptr<net::http_connection> connection) {
  keep_exception_text(*self);
  auto& state = self->state;
  state.config = std::move(config);
  state.connection = std::move(connection);
  state.network = state.connection->client_network();
  state.client = state.network;
  // Not a link: that would end the lifeline, and every session with it, when this one fails.
  self->monitor(state.config->lifeline);
  self->set_down_handler([self](const caf::down_msg& down) { self->quit(down.reason); });
  return {
      [&state](const request_received& received) { state.handle(received.request); },
      [&state](const patience_due&) { state.look_for_overdue(); },
      [&state](const piece_sent&) {
        if (state.live)
          state.live->sent();
      },
      [&state](const message_received& received) {
        if (state.live)
          state.live->said(received.text);
      },
      [&state](const live_retry_due& due) {
        if (state.live)
          state.live->retry(due);
      },
      [&state](const live_idle_due&) {
        if (state.live)
          state.live->look_whether_idle();
      },
      [self, &state](const client_gone&) {
        // The lifeline would keep what it knows of every session that there ever was.
        self->demonitor(state.config->lifeline);
        self->quit();
      },
  };
}

namespace {

class session_starter final : public net::http_listener {
public:
  explicit session_starter(caf::actor to) : to_(std::move(to)) {}

  void on_request(net::http_request request) override {
    caf::anon_send(to_, request_received{std::move(request)});
  }
  void on_sent() override { caf::anon_send(to_, piece_sent{}); }
  void on_message(std::string text) override {
    caf::anon_send(to_, message_received{std::move(text)});
  }
  void on_closed() override { caf::anon_send(to_, client_gone{}); }

private:
  caf::actor to_;
};

} // namespace

net::http_listener_factory session_listener(caf::actor_system& system,
                                            std::shared_ptr<const session_config> config) {
  return [&system, config = std::move(config)](std::shared_ptr<net::http_connection> connection) {
    return std::make_unique<session_starter>(system.spawn(session, config, std::move(connection)));
  };
}

} // namespace tickboard
