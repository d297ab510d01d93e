#pragma once

#include "actors/page_question.hpp"
#include "adapters/net/http_server.hpp"
#include "market/parameter_table.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tickboard {

struct live_limits {
  static constexpr std::uint32_t least_interval_ms = 50;
  static constexpr std::uint32_t most_interval_ms = 60'000;
  static constexpr std::uint32_t interval_ms = 250; ///< if none is given
  static constexpr std::size_t most_views = 32;     ///< of one WebSocket
  static constexpr std::size_t longest_name = 64;   ///< of a view of a WebSocket; bytes
};

/// GET /v1/stream: a view of markets, and how often it may change.
struct ask_live {
  page_question_ptr question;
  std::chrono::milliseconds interval{live_limits::interval_ms};
};

/// GET /v1/ws.
struct ask_socket {};

/// Those of GET /v1/markets that make sense here, and `interval`.
std::vector<parameter_note> live_parameters();

/// Intervals are rounded up to multiples of the least one: so that views are shared. Fields have id
/// among them, which tells rows apart, whether it is given or not.
tl::expected<ask_live, query_problem> parse_live(const query_parameters& given);

/// What a client says on a WebSocket, JSON:
///
///     {"op":"subscribe","view":"a","query":"quote=USDT&sort=-last","interval":250,"id":"..."}
///     {"op":"unsubscribe","view":"a"}
///
/// `query` and `interval` as in GET /v1/stream, `id` as its Last-Event-ID; these three may be left
/// out.
struct live_command {
  std::string view; ///< the client's name for it
  bool leaves = false;
  ask_live what;
  std::string has;
};

struct bad_command {
  std::string view; ///< empty: it names none
  query_problem problem;
};

tl::expected<live_command, bad_command> parse_live_command(const std::string& text);

/// Nothing if a page of `origin` may have a WebSocket here: it is our own, or `allowed` (as
/// http.cors_origin) names it. Browsers ask nobody before they open one.
bool is_origin_allowed(std::string_view origin, std::string_view host, std::string_view allowed);

} // namespace tickboard
