#include "adapters/exchange/binance_frame.hpp"

#include "adapters/exchange/excerpt.hpp"

namespace tickboard::exchange {

namespace {

/// In the order of `binance_frame::known`.
enum key : std::uint8_t {
  event_name,
  event_time,
  close_time,
  symbol,
  update_id,
  last,
  open_price,
  high,
  low,
  volume,
  quote_volume,
  change_percent,
  bid,
  bid_size,
  ask,
  ask_size,
  stream,
  data,
  result_of,
  id,
  error,
  code,
  message
};

// Scopes of a frame; the first is the frame itself.
constexpr binance_frame::scope whole = 0, outer = 1, list = 2, entry = 3, error_body = 4;

constexpr std::string_view shutdown_event = "serverShutdown";
constexpr std::string_view shutdown_stream = "!serverShutdown";

bool present(const scalar& value) noexcept {
  return value.kind != scalar_kind::absent;
}

bool is_text(const scalar& value, std::string_view text) noexcept {
  return value.kind == scalar_kind::text && value.text == text;
}

/// Book tickers are the only event without a name: an update id and prices tell them.
bool looks_like_book_ticker(std::span<const scalar> from) noexcept {
  return !present(from[event_name]) && present(from[update_id]) &&
         (present(from[bid]) || present(from[ask]));
}

} // namespace

binance_frame::scope binance_frame::open(scope in, std::uint8_t key, bool object) {
  const bool holds_entries = in == whole || (in == outer && key == data);
  if (in == outer && key == data)
    enveloped_ = true;
  if (!object)
    return holds_entries ? list : skip;
  if (in == whole)
    return outer;
  if (in == outer && key == error)
    return error_body;
  if (in == list || holds_entries) {
    entry_.fill({});
    return entry;
  }
  return skip;
}

scalar* binance_frame::slots(scope in) {
  return in == entry ? entry_.data() : in == outer ? outer_.data() : nullptr;
}

void binance_frame::value(scope in, std::uint8_t key, const scalar& value) {
  if (in == error_body && (key == code || key == message))
    outer_[key] = value;
  else if (in == whole || in == list)
    to_.out.reject("binance: a " + std::string(in == whole ? "frame" : "list entry") + " is " +
                   excerpt(value.text, 40) + ", expected an object" +
                   (in == whole ? " or an array" : ""));
}

void binance_frame::close(scope in) {
  if (in == entry) {
    if (!take_event(entry_))
      ++to_.out.ignored;
  } else if (in == outer) {
    close_envelope();
  }
}

void binance_frame::close_envelope() {
  if (is_text(outer_[stream], shutdown_stream))
    announce_shutdown();
  else if (enveloped_) // its data took care of itself
    return;
  else if (present(outer_[stream]))
    to_.out.reject("binance: data of stream " + excerpt(outer_[stream].text, 40) +
                   " is not an object or an array");
  else if (!take_event(outer_))
    answer(outer_);
}

void binance_frame::announce_shutdown() {
  if (!shutting_down_)
    to_.tell(reconnect_wanted{"the server announced its shutdown"});
  shutting_down_ = true;
}

void binance_frame::answer(const fields& from) {
  const auto request_id = from[id].kind == scalar_kind::number
                              ? parse_integer(from[id].text, UINT64_MAX).value_or(0)
                              : 0;
  if (present(from[error]) || present(from[code]) || present(from[message]))
    to_.tell(
        rejected{request_id,
                 {},
                 "code " + excerpt(from[code].text, 40) + ", " + excerpt(from[message].text, 150)});
  else if (from[result_of].kind == scalar_kind::null && request_id != 0)
    to_.tell(acknowledged{request_id, {}});
  else
    ++to_.out.ignored;
}

bool binance_frame::take_event(const fields& from) {
  const auto& name = from[event_name];
  if (is_text(name, "24hrTicker") || is_text(name, "24hrMiniTicker")) {
    take_ticker(from, name.text);
    return true;
  }
  if (looks_like_book_ticker(from)) {
    take_ticker(from, "bookTicker");
    return true;
  }
  if (is_text(name, shutdown_event)) {
    announce_shutdown();
    return true;
  }
  if (present(name) && name.kind != scalar_kind::text) {
    to_.out.reject("binance: e is " + excerpt(name.text, 40) + ", expected the name of an event");
    return true;
  }
  return false;
}

void binance_frame::take_ticker(const fields& from, std::string_view name) {
  field_reader read("binance", name, known, from, scalar_kind::text);
  auto* const patch = to_.begin(read, symbol);
  if (!patch)
    return;
  if (name == "bookTicker") {
    read.require(update_id, "the book's update id");
    read.require(bid, "a price or null");
    read.require(ask, "a price or null");
    patch->at.sequence = read.sequence(update_id);
    patch->quote = read.quote(bid, ask, bid_size, ask_size);
  } else {
    patch->at.ts_ms = read.unix_ms(read.has(close_time) ? close_time : event_time);
    auto& trade = patch->trade.emplace();
    trade.last = read.required_amount(last);
    auto& stats = patch->stats.emplace();
    stats.open = read.amount(open_price);
    stats.high = read.amount(high);
    stats.low = read.amount(low);
    stats.volume = read.amount(volume);
    stats.quote_volume = read.amount(quote_volume);
    const auto sent = read.any_number(change_percent);
    stats.change_pct = sent.empty() ? change_pct(stats.open, trade.last) : sent.value();
    if (present(from[bid]) || present(from[ask])) // mini tickers have no quote
      patch->quote = read.quote(bid, ask, bid_size, ask_size);
  }
  to_.end(read);
}

void binance_frame::decode(std::span<char> frame, const ticker_output& to) {
  binance_frame sink(to);
  decode_frame("binance", frame, sink, to.out);
}

std::vector<std::string> binance_frame::symbols_in(std::string_view frame) {
  return collect_symbols<binance_frame>(frame);
}

} // namespace tickboard::exchange
