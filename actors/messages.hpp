#pragma once

#include "actors/page_question.hpp"
#include "actors/view_answer.hpp"
#include "adapters/exchange/exchange.hpp"
#include "adapters/metrics/counter.hpp"
#include "adapters/metrics/family.hpp"
#include "adapters/net/frame_batch.hpp"
#include "adapters/net/http_client.hpp"
#include "adapters/net/http_server.hpp"
#include "adapters/net/stream.hpp"
#include "adapters/postgres/reply.hpp"
#include "adapters/redis/layout.hpp"
#include "market/asset.hpp"
#include "market/asset_board.hpp"
#include "market/asset_directory.hpp"
#include "market/asset_query.hpp"
#include "market/candle_query.hpp"
#include "market/candle_series.hpp"
#include "market/fields.hpp"
#include "market/market_caps.hpp"
#include "market/rates.hpp"
#include "market/view_query.hpp"

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/error.hpp>
#include <caf/type_id.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/// Every message between actors, by who hears it. All stay inside the process: large contents are
/// shared, never copied.
namespace tickboard {

/// What came of a connection, over all of its lives. Any thread.
struct source_counts {
  metrics::counter frames, patches, malformed, quarantined;
  metrics::gauge last_data_ms; ///< when the last frame with data was read, our clock; 0: none was
};

/// A connection of a feed, as the source of data: names it for writers and statistics.
struct source {
  std::uint32_t id = 0; ///< unique in the process, stable across restarts of the connection
  std::string feed;
  std::uint32_t connection = 0; ///< within the feed, from 1
  const exchange::protocol* protocol = nullptr;
  symbol_table_ptr symbols;
  std::shared_ptr<source_counts> counts = std::make_shared<source_counts>();
};

using source_ptr = std::shared_ptr<const source>;

// -- to a connection ------------------------------------------------------------------------------

struct stream_opened {};
struct stream_frames {
  net::frame_batch_ptr frames;
};
struct stream_alive {};
struct stream_closed {
  net::stream_end end;
};

/// From the normalizer, for each batch.
struct decode_report {
  std::uint64_t frames = 0, patches = 0, ignored = 0, malformed = 0;
  std::uint64_t quarantined = 0; ///< frames whose decoder threw twice
  std::string first_problem{};
  std::vector<exchange::event> events{};
  /// Whose last trade the frames told, as places in the source's symbols, in order.
  std::vector<std::uint32_t> heard{};
};

struct send_next_request {};
struct check_health {};

// -- to those who connect to exchanges ------------------------------------------------------------

/// From the connect gate: go on. It counts as an attempt.
struct connect_allowed {};
/// Not yet: why, for operators.
struct connect_delayed {
  std::string why;
};

/// Time to see whether the gate is still the one that was asked.
struct look_for_gate {};

// -- to the connect gate --------------------------------------------------------------------------

/// May the sender make an attempt at this host ("host:port")? With an empty budget, bans alone
/// count.
struct connect_asked {
  std::string host;
  exchange::connect_budget budget{};
  std::chrono::milliseconds interval{0}; ///< between two connects, after they had to wait
};

/// What the host answered instead of what it was asked for.
struct host_refused {
  std::string host;
  net::host_refusal how;
};

/// Time to look who may go at this host.
struct connects_due {
  std::string host;
};
struct save_due {};

/// To the gate's worker: its file. The text is empty if there is none.
struct read_connects {
  std::string file;
};
struct connects_read {
  result<std::string> text;
};
struct save_connects {
  std::string file;
  std::string text;
};
struct connects_saved {
  std::string problem; ///< empty: done
};

// -- to a normalizer ------------------------------------------------------------------------------

struct decode_frames {
  source_ptr from;
  net::frame_batch_ptr frames;
};

/// The daemon is about to stop. Answered with `drained` when what was sent before has been passed
/// on; by a writer, when Redis has it, scores of all indexes included, or is away.
struct drain_asked {};
struct drained {};

// -- to the quarantine ----------------------------------------------------------------------------

/// A frame that its decoder cannot take. Answered with frame_kept.
struct keep_frame {
  source_ptr from;
  std::int64_t received_ms = 0;
  std::shared_ptr<const std::string> bytes;
};
struct frame_kept {
  result<std::string> file; ///< the recording that has it now, or why none has
};

// -- of what is followed --------------------------------------------------------------------------

/// All markets that a feed follows: to search, once it knows, and again from time to time; through
/// the normalizers, behind the last frames of those that it followed before, to the writers.
struct markets_followed {
  std::string feed;
  std::vector<market_ptr> markets;
};

// -- to a writer ----------------------------------------------------------------------------------

/// Patches in order. `credit` holds the connection's credit until the writer is done with them.
struct write_patches {
  std::uint32_t source_id = 0;
  std::shared_ptr<const std::vector<ticker_patch>> patches;
  net::frame_batch_ptr credit;
};

/// The rows of this source are stale from now on, or live again.
struct source_liveness {
  std::uint32_t source_id = 0;
  bool live = false;
};

/// Redis may have lost anything: write every row anew under a new token, then say `rebuilt`.
struct rebuild {
  std::uint64_t incarnation = 0;
};

/// The dollar rates from now on. Also to the assets actor.
struct rates_published {
  rate_table_ptr rates;
};

/// What rows show as the market cap of their base asset from now on.
struct market_caps_published {
  market_caps_ptr caps;
};

/// The rates actor is new: tell it everything.
struct rate_sources_asked {};

/// What Redis has of the price histories that were asked for, in that order; empty: nothing. From
/// the io thread.
struct histories_read {
  bool away = false;   ///< no answer
  std::string failure; ///< empty: none
  std::vector<std::string> older, newer;
  struct chunk {
    std::size_t market; ///< its place among those that were asked for
    candle_chunk stored;
  };
  std::vector<chunk> candles; ///< those of a ring in the order of their periods
};
struct histories_written {};
struct candles_written {
  std::string failure; ///< empty: none
};

/// Which candles of this market may Redis not have yet? Answered with `candles_held`.
struct held_candles_asked {
  std::string id;
};
struct candles_held {
  std::vector<candle_chunk> chunks; ///< those of a ring in the order of their periods
};

/// Views read these indexes of these partitions: they are to be right with every row from now on.
/// Answered with indexes_kept when Redis has what they lacked. Not heard of for half a minute, all
/// are.
struct indexes_asked {
  redis::partition_indexes which;
};
struct indexes_kept {};

/// Time to look at markets that have been quiet.
struct sweep_due {};

/// Is Redis there, or for the metadata actor PostgreSQL? From the io thread.
struct store_ready {
  std::string server{}; ///< the life of a Redis (redis::client_events)
};
struct store_lost {
  std::string reason;
};

/// What Redis made of the batches that were sent together. From the io thread.
struct lanes_flushed;
struct lane_retry {
  std::size_t lane = 0;
};

// -- to the rates actor ---------------------------------------------------------------------------

/// Of a writer, at most every 250 ms: each source of rates that changed, and quotes not seen
/// before.
struct rate_news {
  std::vector<rate_source> sources;
  std::vector<std::string> quotes;
  bool begins = false;                ///< the writer is new, and has no rates
  std::vector<std::string> gone = {}; ///< ids of sources that are not followed any more

  bool empty() const noexcept {
    return sources.empty() && quotes.empty() && gone.empty() && !begins;
  }
};

struct rates_due {};

// -- to the assets actor --------------------------------------------------------------------------

/// Of a writer, at most every 500 ms, and only when the last one was answered: each market that
/// changed since, as it is now. Answered with `markets_learnt`.
struct market_news {
  std::size_t writer = 0;
  std::vector<market_value> markets;
  bool begins = false; ///< these are all markets of the writer, of which nothing was told before
  std::vector<market_ptr> gone = {}; ///< not followed any more
};
struct markets_learnt {};

struct assets_due {};

/// What Redis made of what was sent together. From the io thread.
struct assets_written {
  bool emptied = false;
  std::string failure; ///< empty: none
};

/// The bodies of GET /v1/categories and /v1/global, as of the last look. Answered with `answer`,
/// or ec::rebuilding.
struct categories_asked {};
struct totals_asked {};

/// What is to be known to show assets as other services do. Answered with `directory_told`, or
/// ec::rebuilding.
struct directory_asked {};
struct directory_told {
  asset_directory_ptr directory;
};

// -- to the keeper --------------------------------------------------------------------------------

struct rebuilt {
  std::size_t writer = 0;
  std::uint64_t incarnation = 0;
};

/// A writer saw that Redis lost what it wrote under this incarnation.
struct state_lost {
  std::uint64_t incarnation = 0;
  std::string reason;
};

/// A writer has a new connection to Redis, or is new itself.
struct writer_connected {
  std::size_t writer = 0;
};

/// How many markets a feed follows, once it knows.
struct markets_expected {
  std::string feed;
  std::size_t markets = 0;
};

/// How many markets a writer holds.
struct markets_held {
  std::size_t writer = 0;
  std::size_t markets = 0;
};

struct keeper_tick {};
struct epochs_seen {
  bool all_there = false;
  bool reachable = false;
  std::string refusal{}; ///< why Redis, which can be reached, did not refresh them; empty: it did
};
struct epochs_written {
  std::uint64_t incarnation = 0;
  std::string failure; ///< empty: written
};

/// How many other daemons work on this Redis.
struct peers_counted {
  bool failed = false;
  std::int64_t peers = 0;
};
/// Keys of an earlier life, one SCAN step.
struct leftovers_found {
  bool failed = false;
  std::string cursor;
  std::vector<std::string> keys;
};

struct readiness_asked {};
struct readiness {
  bool ready = false;
  std::string reason;
};

// -- to the query actor ---------------------------------------------------------------------------

struct page_asked {
  page_question_ptr question;
  std::string client{}; ///< who asks, as far as that can be told: costly questions take turns by it
};

struct row_asked {
  std::string id;
  std::string quote; ///< chooses the partition
};

struct candles_asked {
  candle_query query;
  std::string quote; ///< chooses the partition
};

/// Every quote asset, with its markets.
struct quotes_asked {};

struct asset_page_asked {
  asset_query query;
  std::string client{}; ///< as of page_asked
};
struct movers_asked {
  movers_query query;
  std::string client{}; ///< as of page_asked
};
/// An asset's row with those of its markets.
struct asset_asked {
  std::string symbol;
};

/// One answer, shared by all who asked the same.
struct answer {
  net::shared_bytes body; ///< null: there is no such market or asset
  std::uint64_t total = 0;
  std::chrono::steady_clock::time_point evaluated; ///< the start of it
  page_place place{};
  view_refusal refusal{};
  std::string tag{};                 ///< ETag of the body
  net::shared_bytes link{};          ///< of a page: its Link header
  std::chrono::microseconds took{0}; ///< Redis' part, with the ways there and back
  /// 0: of now. Else Redis cannot answer, and this is what it said last: at this time, Unix ms.
  std::int64_t stale_since_ms = 0;
};

struct evaluation_done;
struct patience_due {}; ///< time to look for evaluations that take too long
struct demand_due {};   ///< time to say which indexes views still read

// -- to the status actor --------------------------------------------------------------------------

/// A connection's own account, about once a second and at each change of state. Its feed passes on
/// that of the life that serves the connection.
struct connection_status {
  std::string feed;
  std::uint32_t connection = 0;
  std::string life;        ///< which of the connection's lives says so
  std::string state;       ///< waiting, connecting, subscribing, live
  std::string waits_for{}; ///< while it is waiting: why it may not connect
  std::size_t markets = 0;
  std::size_t rejected = 0;
  std::int64_t last_frame_ms = 0; ///< our clock; 0: none yet
  double frames_per_second = 0;
  std::uint64_t frames = 0, patches = 0, malformed = 0, quarantined = 0;
  std::size_t mute = 0;                          ///< markets that trade and of which nothing comes
  std::vector<std::string> mute_markets{};       ///< ids of the first of them
  std::shared_ptr<const source_counts> counts{}; ///< null: not told
};

/// What its supervisor says of it.
struct connection_ended {
  std::string feed;
  std::uint32_t connection = 0;
  std::string reason;
  std::chrono::milliseconds retry_in{0};
  bool alarm = false;
};

struct feed_status {
  std::string feed;
  std::string exchange;
  std::string state; ///< discovering, following, failed
  std::string problem;
  std::size_t markets = 0;
};

/// There is no such connection, or no such feed any more.
struct connection_gone {
  std::string feed;
  std::uint32_t connection = 0;
};
struct feed_gone {
  std::string feed;
};

struct status_asked {};

// -- of what is counted ---------------------------------------------------------------------------

/// To the status actor and the root supervisor: what they know, as metrics.
struct figures_asked {};
struct figures_told {
  metrics::families figures;
};

/// To every service: how much waits in its mailbox? (actors/mailbox.hpp)
struct mailbox_asked {};
struct mailbox_told {
  std::size_t messages = 0;
};

/// To the metrics actor: everything, as text for Prometheus.
struct metrics_asked {};
struct metrics_told {
  net::shared_bytes text;
};

// -- to the metadata actor ------------------------------------------------------------------------

/// From the io thread: PostgreSQL told of a change, or the file was touched.
struct metadata_touched {};

/// From the io thread: what PostgreSQL answered.
struct assets_read {
  result<postgres::reply> rows;
};

struct load_metadata {
  std::uint64_t generation = 0;
};

/// What is known of assets at the moment? Answered with catalogue_changed.
struct catalogue_asked {};

struct metadata_health_asked {};
struct metadata_health {
  std::string state;  ///< ok; degraded: the last known is served; failed: nothing is known
  std::string source; ///< postgres, file, built-in
  std::size_t assets = 0;
  std::int64_t age_ms = -1; ///< since the source last told; -1: it never did
  std::string problem;      ///< empty: none
};

// -- to the metadata worker -----------------------------------------------------------------------

// Each job says what is served now: a result that equals it is that very catalogue.
struct make_catalogue {
  postgres::reply rows;
  asset_catalogue_ptr now;
};
struct read_catalogue {
  std::string file;
  asset_catalogue_ptr now;
};
struct catalogue_made {
  result<asset_catalogue_ptr> catalogue;
  std::int64_t as_of_ms = 0; ///< Unix time: when the file was written, or now
};

struct save_catalogue {
  std::string file;
  asset_catalogue_ptr catalogue;
};
struct catalogue_saved {
  std::string problem; ///< empty: done
};

// -- to whoever uses metadata ---------------------------------------------------------------------

/// What is known of assets from now on; never null. changed_symbols() tells what differs.
struct catalogue_changed {
  asset_catalogue_ptr catalogue;
};

// -- to a feed ------------------------------------------------------------------------------------

struct discover {};
struct listing_received {
  result<std::string> body;
  net::host_refusal refused{};
};

/// Time for this connection to be made, or made anew because it is to follow other markets.
struct start_share {
  std::uint32_t connection = 0;
};

/// The feed is to end, and its connections before. Answered with `drained` when their last frames
/// are with the normalizers.
struct retire_asked {};

/// A connection follows its markets: data flows. Told again when it is `whole`, if it is not yet.
struct connection_live {
  std::uint32_t connection = 0;
  std::string life;
  bool whole = false; ///< every subscription was answered: no market waits for its own
};

/// The exchange asked for a reconnect, the connection is about to get too old, or a market is mute.
struct renewal_wanted {
  std::uint32_t connection = 0;
  std::string life;
  std::string reason;
  bool mute = false;
};

// -- to the cross-check of a feed -----------------------------------------------------------------

/// Which last trades does REST tell of these markets? Answered with cross_checked.
struct cross_check_asked {
  std::vector<market_ptr> markets;
};
struct cross_checked {
  std::vector<exchange::trade_mark> trades; ///< of those that could be had
};
struct cross_check_replied {
  result<net::http_reply> reply;
};
struct cross_check_due {};

/// Time to tell search again what is followed, and status how that goes.
struct markets_due {};

struct stale_due {
  std::uint32_t connection = 0;
  std::uint64_t outage = 0;
};

// -- to a supervisor ------------------------------------------------------------------------------

/// A child to keep alive. `start` spawns it; it runs in the supervisor.
struct child_spec {
  std::string name;
  std::function<caf::actor()> start;
};

struct add_child {
  child_spec child;
};
struct remove_child {
  std::string name;
};
/// Answered with how each child does: JSON text.
struct supervision_asked {};
struct start_child {
  std::string name;
  std::uint64_t generation = 0;
};

/// Told to the supervisor's parent.
struct child_started {
  std::string name;
  caf::actor handle;
};
struct child_ended {
  std::string name;
  caf::error reason;
  std::uint32_t restarts = 0; ///< so far
  std::chrono::milliseconds retry_in{0};
  bool alarm = false; ///< the restart budget is used up: retried slowly from here on
};

// -- to the search actor --------------------------------------------------------------------------

/// What makes a hit more important than another that matches as well: market cap, volume. Larger
/// is better; what is not named keeps its weight.
struct search_weights {
  std::vector<std::pair<std::string, double>> assets;  ///< by symbol
  std::vector<std::pair<std::string, double>> markets; ///< by id
};

struct index_due {};

struct search_asked {
  std::string text;
  std::size_t limit = 10;
};

struct found_asked; // to the query actor

// -- to the live hub ------------------------------------------------------------------------------

/// What is newer in this view than what a subscriber has? Answered with `live_news` when there is
/// something, or when it is time to say that there is nothing; or ec::overloaded.
struct live_asked {
  page_question_ptr question;
  std::chrono::milliseconds interval{0}; ///< at most one answer in this time
  std::string has{};                     ///< live_news::id of what the subscriber has; empty: none
  bool in_trouble = false; ///< the subscriber was told that the view is not answered now
  std::string client{};    ///< as of page_asked
};

struct live_news {
  enum class kind : std::uint8_t {
    page,   ///< `data` is the body of GET /v1/markets
    change, ///< `data` is what changed from what the subscriber has (market/page_change.hpp)
    beat,   ///< nothing changed; `data` says of when that is true
    failure ///< no answer now, or never; `data` is a problem (RFC 9457)
  };
  kind is = kind::page;
  std::string id{}; ///< of what the subscriber has now
  net::shared_bytes data{};
  unsigned status = 200; ///< of a failure
  std::chrono::seconds retry_after{0};
};

struct live_due {
  std::string view;
  std::uint64_t timer = 0;
};
struct live_sweep_due {};

// -- to an HTTP session ---------------------------------------------------------------------------

struct request_received {
  net::http_request request;
};
struct client_gone {};
struct piece_sent {};
struct message_received {
  std::string text;
};
struct live_retry_due {
  std::string subscription;
  std::uint64_t serial = 0;
};

} // namespace tickboard

#define TICKBOARD_MESSAGE(name)                                                                    \
  CAF_ADD_TYPE_ID(tickboard, (tickboard::name))                                                    \
  CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tickboard::name)

CAF_BEGIN_TYPE_ID_BLOCK(tickboard, caf::first_custom_type_id)
TICKBOARD_MESSAGE(stream_opened)
TICKBOARD_MESSAGE(stream_frames)
TICKBOARD_MESSAGE(stream_alive)
TICKBOARD_MESSAGE(stream_closed)
TICKBOARD_MESSAGE(decode_report)
TICKBOARD_MESSAGE(send_next_request)
TICKBOARD_MESSAGE(check_health)
TICKBOARD_MESSAGE(connect_allowed)
TICKBOARD_MESSAGE(connect_delayed)
TICKBOARD_MESSAGE(look_for_gate)
TICKBOARD_MESSAGE(connect_asked)
TICKBOARD_MESSAGE(host_refused)
TICKBOARD_MESSAGE(connects_due)
TICKBOARD_MESSAGE(save_due)
TICKBOARD_MESSAGE(read_connects)
TICKBOARD_MESSAGE(connects_read)
TICKBOARD_MESSAGE(save_connects)
TICKBOARD_MESSAGE(connects_saved)
TICKBOARD_MESSAGE(decode_frames)
TICKBOARD_MESSAGE(keep_frame)
TICKBOARD_MESSAGE(frame_kept)
TICKBOARD_MESSAGE(drain_asked)
TICKBOARD_MESSAGE(drained)
TICKBOARD_MESSAGE(write_patches)
TICKBOARD_MESSAGE(source_liveness)
TICKBOARD_MESSAGE(rebuild)
TICKBOARD_MESSAGE(rates_published)
TICKBOARD_MESSAGE(market_caps_published)
TICKBOARD_MESSAGE(rate_sources_asked)
TICKBOARD_MESSAGE(histories_read)
TICKBOARD_MESSAGE(histories_written)
TICKBOARD_MESSAGE(candles_written)
TICKBOARD_MESSAGE(held_candles_asked)
TICKBOARD_MESSAGE(candles_held)
TICKBOARD_MESSAGE(indexes_asked)
TICKBOARD_MESSAGE(indexes_kept)
TICKBOARD_MESSAGE(sweep_due)
TICKBOARD_MESSAGE(rate_news)
TICKBOARD_MESSAGE(rates_due)
TICKBOARD_MESSAGE(store_ready)
TICKBOARD_MESSAGE(store_lost)
TICKBOARD_MESSAGE(lanes_flushed)
TICKBOARD_MESSAGE(lane_retry)
TICKBOARD_MESSAGE(market_news)
TICKBOARD_MESSAGE(markets_learnt)
TICKBOARD_MESSAGE(assets_due)
TICKBOARD_MESSAGE(assets_written)
TICKBOARD_MESSAGE(categories_asked)
TICKBOARD_MESSAGE(totals_asked)
TICKBOARD_MESSAGE(directory_asked)
TICKBOARD_MESSAGE(directory_told)
TICKBOARD_MESSAGE(rebuilt)
TICKBOARD_MESSAGE(state_lost)
TICKBOARD_MESSAGE(writer_connected)
TICKBOARD_MESSAGE(markets_expected)
TICKBOARD_MESSAGE(markets_held)
TICKBOARD_MESSAGE(keeper_tick)
TICKBOARD_MESSAGE(epochs_seen)
TICKBOARD_MESSAGE(epochs_written)
TICKBOARD_MESSAGE(peers_counted)
TICKBOARD_MESSAGE(leftovers_found)
TICKBOARD_MESSAGE(readiness_asked)
TICKBOARD_MESSAGE(readiness)
TICKBOARD_MESSAGE(page_asked)
TICKBOARD_MESSAGE(row_asked)
TICKBOARD_MESSAGE(candles_asked)
TICKBOARD_MESSAGE(quotes_asked)
TICKBOARD_MESSAGE(asset_page_asked)
TICKBOARD_MESSAGE(movers_asked)
TICKBOARD_MESSAGE(asset_asked)
TICKBOARD_MESSAGE(answer)
TICKBOARD_MESSAGE(evaluation_done)
TICKBOARD_MESSAGE(demand_due)
TICKBOARD_MESSAGE(patience_due)
TICKBOARD_MESSAGE(connection_status)
TICKBOARD_MESSAGE(connection_ended)
TICKBOARD_MESSAGE(feed_status)
TICKBOARD_MESSAGE(connection_gone)
TICKBOARD_MESSAGE(feed_gone)
TICKBOARD_MESSAGE(status_asked)
TICKBOARD_MESSAGE(figures_asked)
TICKBOARD_MESSAGE(figures_told)
TICKBOARD_MESSAGE(mailbox_asked)
TICKBOARD_MESSAGE(mailbox_told)
TICKBOARD_MESSAGE(metrics_asked)
TICKBOARD_MESSAGE(metrics_told)
TICKBOARD_MESSAGE(metadata_touched)
TICKBOARD_MESSAGE(assets_read)
TICKBOARD_MESSAGE(load_metadata)
TICKBOARD_MESSAGE(catalogue_asked)
TICKBOARD_MESSAGE(metadata_health_asked)
TICKBOARD_MESSAGE(metadata_health)
TICKBOARD_MESSAGE(make_catalogue)
TICKBOARD_MESSAGE(read_catalogue)
TICKBOARD_MESSAGE(catalogue_made)
TICKBOARD_MESSAGE(save_catalogue)
TICKBOARD_MESSAGE(catalogue_saved)
TICKBOARD_MESSAGE(catalogue_changed)
TICKBOARD_MESSAGE(discover)
TICKBOARD_MESSAGE(listing_received)
TICKBOARD_MESSAGE(start_share)
TICKBOARD_MESSAGE(retire_asked)
TICKBOARD_MESSAGE(connection_live)
TICKBOARD_MESSAGE(renewal_wanted)
TICKBOARD_MESSAGE(cross_check_asked)
TICKBOARD_MESSAGE(cross_checked)
TICKBOARD_MESSAGE(cross_check_replied)
TICKBOARD_MESSAGE(cross_check_due)
TICKBOARD_MESSAGE(stale_due)
TICKBOARD_MESSAGE(add_child)
TICKBOARD_MESSAGE(remove_child)
TICKBOARD_MESSAGE(start_child)
TICKBOARD_MESSAGE(supervision_asked)
TICKBOARD_MESSAGE(child_started)
TICKBOARD_MESSAGE(child_ended)
TICKBOARD_MESSAGE(markets_followed)
TICKBOARD_MESSAGE(markets_due)
TICKBOARD_MESSAGE(search_weights)
TICKBOARD_MESSAGE(index_due)
TICKBOARD_MESSAGE(search_asked)
TICKBOARD_MESSAGE(found_asked)
TICKBOARD_MESSAGE(request_received)
TICKBOARD_MESSAGE(client_gone)
TICKBOARD_MESSAGE(piece_sent)
TICKBOARD_MESSAGE(message_received)
TICKBOARD_MESSAGE(live_retry_due)
TICKBOARD_MESSAGE(live_asked)
TICKBOARD_MESSAGE(live_news)
TICKBOARD_MESSAGE(live_due)
TICKBOARD_MESSAGE(live_sweep_due)
CAF_END_TYPE_ID_BLOCK(tickboard)
