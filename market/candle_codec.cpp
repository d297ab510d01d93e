#include "market/candle_codec.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace tickboard {

namespace {

constexpr char chunk_version = 1;
constexpr std::size_t most_digits = 18; ///< so that differences fit 64 bits

/// How an exchange writes prices: as multiples of 10^-scale, with `zeros` zeros behind those
/// digits; or without the zeros that say nothing.
struct price_form {
  std::uint8_t scale = 0, zeros = 0;
  bool stripped = false;
};

/// Digits without the point: 1250 and 2 are 12.50.
struct digits {
  std::int64_t value = 0;
  std::uint8_t decimals = 0;
};

using prices = std::array<const decimal*, 4>;

prices prices_of(const candle& one) {
  return {&one.open, &one.high, &one.low, &one.close};
}

std::optional<digits> digits_of(std::string_view text) {
  digits out;
  std::size_t count = 0;
  bool behind = false;
  for (const char c : text) {
    if (c == '.') {
      if (behind || count == 0)
        return std::nullopt;
      behind = true;
      continue;
    }
    if (c < '0' || c > '9' || ++count > most_digits)
      return std::nullopt;
    out.value = out.value * 10 + (c - '0');
    out.decimals = static_cast<std::uint8_t>(out.decimals + (behind ? 1 : 0));
  }
  return out;
}

/// Empty if it is no price.
decimal text_of(std::int64_t value, const price_form& form) {
  if (value < 0)
    return {};
  std::array<char, 64> text;
  auto* end = std::to_chars(text.data(), text.data() + 24, value).ptr;
  const auto scale = static_cast<std::ptrdiff_t>(form.scale);
  if (const auto lacks = scale + 1 - (end - text.data()); lacks > 0) { // 0.00…
    std::copy_backward(text.data(), end, end + lacks);
    std::fill_n(text.data(), lacks, '0');
    end += lacks;
  }
  if (scale + form.zeros > 0) {
    std::copy_backward(end - scale, end, end + 1);
    *(end - scale) = '.';
    ++end;
    end = std::fill_n(end, form.zeros, '0');
    if (form.stripped) {
      while (end[-1] == '0')
        --end;
      if (end[-1] == '.')
        --end;
    }
  }
  return decimal::parse({text.data(), static_cast<std::size_t>(end - text.data())})
      .value_or(decimal{});
}

std::int64_t power(std::size_t exponent) {
  std::int64_t out = 1;
  for (; exponent > 0; --exponent)
    out *= 10;
  return out;
}

/// In steps of the form; nothing if `text` is not what the form makes of that.
std::optional<std::int64_t> steps_of(const decimal& text, const price_form& form) {
  const auto found = digits_of(text.text());
  if (!found)
    return std::nullopt;
  auto value = found->value;
  if (found->decimals < form.scale) {
    const auto factor = power(static_cast<std::size_t>(form.scale - found->decimals));
    if (value > power(most_digits) / factor)
      return std::nullopt;
    value *= factor;
  } else {
    const auto factor = power(static_cast<std::size_t>(found->decimals - form.scale));
    if (value % factor != 0)
      return std::nullopt;
    value /= factor;
  }
  return text_of(value, form) == text ? std::optional{value} : std::nullopt;
}

using steps = std::array<std::int64_t, 4>; ///< open, high, low, close

std::optional<steps> steps_of(const prices& of, const price_form& form) {
  steps out{};
  for (std::size_t i = 0; i < of.size(); ++i) {
    const auto value = steps_of(*of[i], form);
    if (!value)
      return std::nullopt;
    out[i] = *value;
  }
  const auto [low, high] = std::minmax(out[0], out[3]);
  return out[1] >= high && out[2] <= low ? std::optional{out} : std::nullopt;
}

/// One that fits all of these, if there is one. As fine as the one before, so that the form does
/// not go to and fro.
price_form form_for(const prices& of, const std::optional<price_form>& before) {
  std::array<digits, 4> all;
  for (std::size_t i = 0; i < of.size(); ++i)
    all[i] = digits_of(of[i]->text()).value_or(digits{});
  const auto [least, most] = std::ranges::minmax(all, {}, &digits::decimals);
  price_form out;
  out.stripped = least.decimals != most.decimals || (before && before->stripped);
  out.scale = most.decimals;
  if (!out.stripped) {
    while (out.scale > 0 &&
           std::ranges::all_of(all, [](auto& one) { return one.value % 10 == 0; })) {
      for (auto& one : all)
        one.value /= 10;
      --out.scale;
    }
    out.zeros = static_cast<std::uint8_t>(most.decimals - out.scale);
  }
  if (before && before->stripped == out.stripped && before->scale > out.scale &&
      (out.stripped || before->scale <= most.decimals)) {
    out.zeros = out.stripped ? 0 : static_cast<std::uint8_t>(most.decimals - before->scale);
    out.scale = before->scale;
  }
  return out;
}

// -- bytes ----------------------------------------------------------------------------------------

void append_whole(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

bool take_whole(std::string_view& from, std::uint64_t& into) {
  into = 0;
  for (unsigned shift = 0; shift < 64 && !from.empty(); shift += 7) {
    const auto byte = static_cast<std::uint8_t>(from.front());
    from.remove_prefix(1);
    into |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80)
      return true;
  }
  return false;
}

void append_signed(std::string& out, std::int64_t value) {
  append_whole(out,
               (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
}

constexpr std::int64_t most_steps = std::int64_t{1} << 60;

/// The number may be anything; what becomes of it is bounded.
bool take_signed(std::string_view& from, std::int64_t& into) {
  std::uint64_t value = 0;
  if (!take_whole(from, value))
    return false;
  into = static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
  return into > -most_steps && into < most_steps;
}

/// The byte that a candle begins with.
enum kind : std::uint8_t {
  follows = 1,  ///< its place is right behind the one before; else how far behind follows
  is_text = 2,  ///< four texts
  new_form = 4, ///< a form follows; the open is no difference
};

/// Where the reading of a chunk is.
struct place {
  std::int64_t number = -1; ///< of the last candle in the chunk
  std::optional<price_form> form;
  std::int64_t close = 0; ///< of the last candle, in steps of the form
};

struct stored_candle {
  std::optional<steps> in_steps; ///< nothing: texts
  std::array<std::string_view, 4> texts;
};

/// Reads the next candle; false if there is none that makes sense.
bool read_next(std::string_view& from, std::int64_t chunk, place& at, stored_candle& out) {
  const auto flags = static_cast<std::uint8_t>(from.front());
  from.remove_prefix(1);
  if (flags > (follows | is_text | new_form) || ((flags & is_text) != 0 && (flags & new_form) != 0))
    return false;
  std::uint64_t gap = 1;
  if ((flags & follows) == 0 && !take_whole(from, gap))
    return false;
  if (gap == 0 || gap > static_cast<std::uint64_t>(chunk - 1 - at.number))
    return false;
  at.number += static_cast<std::int64_t>(gap);
  out.in_steps.reset();
  if ((flags & is_text) != 0) {
    for (auto& one : out.texts) {
      if (from.empty() || static_cast<std::uint8_t>(from.front()) > decimal::max_length ||
          from.size() <= static_cast<std::uint8_t>(from.front()))
        return false;
      one = from.substr(1, static_cast<std::uint8_t>(from.front()));
      from.remove_prefix(1 + one.size());
    }
    at.form.reset();
    return true;
  }
  if ((flags & new_form) != 0) {
    if (from.size() < 2)
      return false;
    const auto scale = static_cast<std::uint8_t>(from[0]),
               rest = static_cast<std::uint8_t>(from[1]);
    from.remove_prefix(2);
    if (scale > most_digits || (rest >> 1) > most_digits)
      return false;
    at.form = price_form{scale, static_cast<std::uint8_t>(rest >> 1), (rest & 1) != 0};
    at.close = 0;
  }
  if (!at.form)
    return false;
  steps values{};
  std::uint64_t above = 0, below = 0;
  if (!take_signed(from, values[0]) || !take_signed(from, values[3]) || !take_whole(from, above) ||
      !take_whole(from, below) || above >= most_steps || below >= most_steps)
    return false;
  values[0] += at.close;
  values[3] += values[0];
  values[1] = std::max(values[0], values[3]) + static_cast<std::int64_t>(above);
  values[2] = std::min(values[0], values[3]) - static_cast<std::int64_t>(below);
  if (std::ranges::any_of(values, [](auto value) { return value < 0 || value >= most_steps; }))
    return false;
  at.close = values[3];
  out.in_steps = values;
  return true;
}

/// Past the version and all candles; false if it is damaged.
template <class Visit>
bool read_all(std::string_view chunk, std::int64_t most, place& at, Visit visit) {
  if (chunk.empty())
    return true;
  if (chunk.front() != chunk_version)
    return false;
  chunk.remove_prefix(1);
  for (stored_candle one; !chunk.empty();)
    if (!read_next(chunk, most, at, one) || !visit(one))
      return false;
  return true;
}

} // namespace

void append_candle(std::string& chunk, const candle_ring& ring, std::int64_t period,
                   const candle& one) {
  place at;
  read_all(chunk, ring.chunk, at, [](const stored_candle&) { return true; });
  if (chunk.empty())
    chunk.push_back(chunk_version);
  const auto number = one.start_ms / ring.step_ms - period * ring.chunk;
  const auto all = prices_of(one);
  auto form = at.form;
  auto values = form ? steps_of(all, *form) : std::nullopt;
  std::uint8_t flags = number == at.number + 1 ? follows : 0;
  if (!values) {
    form = form_for(all, at.form);
    values = steps_of(all, *form);
    flags |= values ? new_form : is_text;
    at.close = 0;
  }
  chunk.push_back(static_cast<char>(flags));
  if ((flags & follows) == 0)
    append_whole(chunk, static_cast<std::uint64_t>(number - at.number));
  if (!values) {
    for (const auto* price : all) {
      chunk.push_back(static_cast<char>(price->text().size()));
      chunk.append(price->text());
    }
    return;
  }
  if ((flags & new_form) != 0) {
    chunk.push_back(static_cast<char>(form->scale));
    chunk.push_back(static_cast<char>(form->zeros << 1 | (form->stripped ? 1 : 0)));
  }
  const auto [open, high, low, close] = *values;
  append_signed(chunk, open - at.close);
  append_signed(chunk, close - open);
  append_whole(chunk, static_cast<std::uint64_t>(high - std::max(open, close)));
  append_whole(chunk, static_cast<std::uint64_t>(std::min(open, close) - low));
}

std::optional<std::vector<candle>> decode_candles(std::string_view chunk, const candle_ring& ring,
                                                  std::int64_t period) {
  std::vector<candle> out;
  place at;
  const bool whole = read_all(chunk, ring.chunk, at, [&](const stored_candle& one) {
    auto& made = out.emplace_back();
    made.start_ms = (period * ring.chunk + at.number) * ring.step_ms;
    const std::array<decimal*, 4> into{&made.open, &made.high, &made.low, &made.close};
    for (std::size_t i = 0; i < into.size(); ++i) {
      *into[i] = one.in_steps ? text_of((*one.in_steps)[i], *at.form)
                              : decimal::parse(one.texts[i]).value_or(decimal{});
      if (into[i]->empty())
        return false;
    }
    return true;
  });
  return whole ? std::optional{std::move(out)} : std::nullopt;
}

} // namespace tickboard
