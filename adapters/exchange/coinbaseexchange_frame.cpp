#include "adapters/exchange/coinbaseexchange_frame.hpp"

#include "adapters/exchange/excerpt.hpp"

namespace tickboard::exchange {

namespace {

/// In the order of `coinbaseexchange_frame::known`.
enum key : std::uint8_t {
  type,
  sequence,
  product_id,
  price,
  open_24h,
  volume_24h,
  low_24h,
  high_24h,
  best_bid,
  best_bid_size,
  best_ask,
  best_ask_size,
  time_sent,
  message,
  reason,
  channels,
  name,
  product_ids
};

// Scopes of a frame; the first is the frame itself.
constexpr coinbaseexchange_frame::scope whole = 0, top = 1, channel_list = 2, channel = 3,
                                        product_list = 4;

/// The words of a sentence that are symbols we follow ("BTC-USDX is not a valid product").
std::vector<std::string> symbols_named(std::string_view sentence, const symbol_table& symbols) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
  std::vector<std::string> out;
  while (true) {
    const auto begin = sentence.find_first_of(letters);
    if (begin == std::string_view::npos)
      return out;
    sentence.remove_prefix(begin);
    const auto word = sentence.substr(0, sentence.find_first_not_of(letters));
    if (symbols.find(word))
      out.emplace_back(word);
    sentence.remove_prefix(word.size());
  }
}

} // namespace

coinbaseexchange_frame::scope coinbaseexchange_frame::open(scope in, std::uint8_t key,
                                                           bool object) {
  if (in == whole && object) {
    is_object_ = true;
    return top;
  }
  if (in == top && key == channels && !object)
    return channel_list;
  if (in == channel_list && object) {
    channel_ = {};
    products_.clear();
    return channel;
  }
  if (in == channel && key == product_ids && !object)
    return product_list;
  return skip;
}

scalar* coinbaseexchange_frame::slots(scope in) {
  return in == top ? fields_.data() : nullptr;
}

void coinbaseexchange_frame::value(scope in, std::uint8_t key, const scalar& value) {
  if (in == channel && key == name)
    channel_ = value.text;
  else if (in == product_list && value.kind == scalar_kind::text)
    products_.push_back(value.text);
}

void coinbaseexchange_frame::close(scope in) {
  if (in == channel && (channel_ == "ticker" || channel_ == "ticker_batch"))
    subscribed_.insert(subscribed_.end(), products_.begin(), products_.end());
}

void coinbaseexchange_frame::finish() {
  const auto& kind = fields_[type];
  if (!is_object_)
    to_.out.reject("coinbaseexchange: the frame is not an object");
  else if (kind.kind != scalar_kind::text)
    to_.out.reject("coinbaseexchange: type is " +
                   (kind.kind == scalar_kind::absent ? "absent" : excerpt(kind.text, 40)) +
                   ", expected the name of a message type");
  else if (kind.text == "ticker")
    take_ticker();
  else if (kind.text == "heartbeat")
    to_.tell(heartbeat{});
  else if (kind.text == "subscriptions" && !subscribed_.empty())
    to_.tell(acknowledged{0, {subscribed_.begin(), subscribed_.end()}});
  else if (kind.text == "error")
    take_error();
  else
    ++to_.out.ignored;
}

void coinbaseexchange_frame::take_error() {
  const auto& said = fields_[message];
  const auto& why = fields_[reason];
  auto text = excerpt(said.text, 90);
  if (!why.text.empty())
    text += ": " + excerpt(why.text, 90);
  if (mentions(text, {"rate limit", "too many requests"})) {
    to_.tell(too_fast{std::move(text)});
    return;
  }
  auto natives = symbols_named(said.text, to_.symbols);
  if (natives.empty())
    natives = symbols_named(why.text, to_.symbols);
  to_.tell(rejected{0, std::move(natives), std::move(text)});
}

void coinbaseexchange_frame::take_ticker() {
  field_reader read("coinbaseexchange", "ticker", known, fields_, scalar_kind::text);
  auto* const patch = to_.begin(read, product_id);
  if (!patch)
    return;
  patch->at = {read.rfc3339_ms(time_sent), read.sequence(sequence)};
  auto& trade = patch->trade.emplace();
  trade.last = read.required_amount(price);
  patch->quote = read.quote(best_bid, best_ask, best_bid_size, best_ask_size);
  auto& stats = patch->stats.emplace();
  stats.open = read.amount(open_24h);
  stats.high = read.amount(high_24h);
  stats.low = read.amount(low_24h);
  stats.volume = read.amount(volume_24h);
  stats.change_pct = change_pct(stats.open, trade.last);
  to_.end(read);
}

void coinbaseexchange_frame::decode(std::span<char> frame, const ticker_output& to) {
  coinbaseexchange_frame sink(to);
  decode_frame("coinbaseexchange", frame, sink, to.out);
}

std::vector<std::string> coinbaseexchange_frame::symbols_in(std::string_view frame) {
  return collect_symbols<coinbaseexchange_frame>(frame);
}

} // namespace tickboard::exchange
