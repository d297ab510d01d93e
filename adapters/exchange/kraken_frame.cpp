#include "adapters/exchange/kraken_frame.hpp"

#include "adapters/exchange/excerpt.hpp"

namespace tickboard::exchange {

namespace {

/// In the order of `kraken_frame::known`.
enum key : std::uint8_t {
  symbol,
  bid,
  bid_qty,
  ask,
  ask_qty,
  last,
  volume,
  vwap,
  low,
  high,
  change,
  timestamp,
  system_condition,
  channel,
  data,
  method,
  success,
  error,
  req_id,
  result_of,
  error_at_large
};

// Scopes of a frame; the first is the frame itself.
constexpr kraken_frame::scope whole = 0, outer = 1, list = 2, entry = 3, result_body = 4;

bool present(const scalar& value) noexcept {
  return value.kind != scalar_kind::absent;
}

bool is_text(const scalar& value, std::string_view text) noexcept {
  return value.kind == scalar_kind::text && value.text == text;
}

} // namespace

kraken_frame::scope kraken_frame::open(scope in, std::uint8_t key, bool object) {
  if (in == whole && object) {
    is_object_ = true;
    return outer;
  }
  if (in == outer && key == data && !object) {
    const auto& name = outer_[channel];
    const bool other = present(name) && !is_text(name, "ticker") && !is_text(name, "status");
    has_list_ = true;
    return other ? skip : list;
  }
  if (in == outer && key == result_of && object)
    return result_body;
  if (in == list && object) {
    entry_.fill({});
    return entry;
  }
  return skip;
}

scalar* kraken_frame::slots(scope in) {
  return in == entry         ? entry_.data()
         : in == outer       ? outer_.data()
         : in == result_body ? result_.data()
                             : nullptr;
}

void kraken_frame::value(scope in, std::uint8_t, const scalar& value) {
  if (in == list)
    to_.out.reject("kraken: an entry of data is " + excerpt(value.text, 40) +
                   ", expected an object");
}

void kraken_frame::close(scope in) {
  if (in != entry)
    return;
  if (entry_[system_condition].kind == scalar_kind::text)
    system_ = entry_[system_condition].text;
  // The channel's name usually comes first. Where it does not, the entries are taken for tickers
  // and finish() takes them back if they were none.
  if (!is_text(outer_[channel], "status"))
    take_ticker();
}

void kraken_frame::finish() {
  const auto& name = outer_[channel];
  if (is_text(name, "ticker")) {
    if (!has_list_)
      to_.out.reject("kraken: ticker: data is not an array");
    return;
  }
  before_.restore(to_.out);
  if (to_.collected)
    to_.collected->clear();
  if (!is_object_)
    to_.out.reject("kraken: the frame is not an object");
  else if (name.kind == scalar_kind::text)
    take_channel(name.text);
  else if (present(name))
    to_.out.reject("kraken: channel is " + excerpt(name.text, 40) + ", expected its name");
  else
    take_answer();
}

void kraken_frame::take_channel(std::string_view name) {
  if (name == "heartbeat")
    to_.tell(heartbeat{});
  else if (name == "status" && !system_.empty())
    to_.tell(condition{excerpt(system_, 200)});
  else
    ++to_.out.ignored;
}

void kraken_frame::take_answer() {
  const auto& asked = outer_[method];
  if (is_text(asked, "pong")) {
    to_.tell(heartbeat{});
    return;
  }
  const auto& why = present(outer_[error]) ? outer_[error] : outer_[error_at_large];
  const bool refused = is_text(asked, "subscribe") || !present(asked)
                           ? present(why) || outer_[success].text == "false"
                           : false;
  const bool accepted = is_text(asked, "subscribe") && outer_[success].text == "true" &&
                        (is_text(result_[channel], "ticker") || !present(result_[channel]));
  if (!refused && !accepted) {
    ++to_.out.ignored;
    return;
  }
  if (refused && mentions(why.text, {"msg rate", "rate limit", "too many requests"})) {
    to_.tell(too_fast{excerpt(why.text, 200)});
    return;
  }
  const auto request_id = outer_[req_id].kind == scalar_kind::number
                              ? parse_integer(outer_[req_id].text, UINT64_MAX).value_or(0)
                              : 0;
  std::vector<std::string> natives;
  for (const auto& from : {outer_[symbol], result_[symbol]})
    if (from.kind == scalar_kind::text && from.text.size() <= max_native_length)
      natives.emplace_back(from.text);
  // What was asked again, though it had been taken, is had: ccxt knows these words.
  const bool had = refused && !natives.empty() && mentions(why.text, {"already subscribed"});
  if (refused && !had)
    to_.tell(rejected{request_id, std::move(natives), excerpt(why.text, 200)});
  else
    to_.tell(acknowledged{request_id, std::move(natives)});
}

void kraken_frame::take_ticker() {
  field_reader read("kraken", "ticker", known, entry_, scalar_kind::number);
  auto* const patch = to_.begin(read, symbol);
  if (!patch)
    return;
  patch->at.ts_ms = read.rfc3339_ms(timestamp);
  auto& trade = patch->trade.emplace();
  trade.last = read.required_amount(last);
  patch->quote = read.quote(bid, ask, bid_qty, ask_qty);
  auto& stats = patch->stats.emplace();
  stats.high = read.amount(high);
  stats.low = read.amount(low);
  stats.volume = read.amount(volume);
  // The open is not sent, and change_pct only with two decimals: both follow from the change.
  // Quote volume is volume at its average price.
  const auto open = decimal::difference(trade.last, read.any_number(change));
  if (!open.empty() && open.text().front() != '-')
    stats.open = open;
  stats.change_pct = change_pct(stats.open, trade.last);
  stats.quote_volume = decimal::product(stats.volume, read.amount(vwap));
  to_.end(read);
}

void kraken_frame::decode(std::span<char> frame, const ticker_output& to) {
  kraken_frame sink(to);
  decode_frame("kraken", frame, sink, to.out);
}

std::vector<std::string> kraken_frame::symbols_in(std::string_view frame) {
  return collect_symbols<kraken_frame>(frame);
}

} // namespace tickboard::exchange
