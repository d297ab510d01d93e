#pragma once

// How the adapters read a frame: one pass of RapidJSON SAX, in place, over the few keys that an
// adapter knows. Internal to adapters/exchange: nothing else includes this.

#include "adapters/exchange/excerpt.hpp"
#include "adapters/exchange/exchange.hpp"

#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tickboard::exchange {

enum class scalar_kind : std::uint8_t { absent, null, boolean, number, text, container };

/// A value of a frame as it stands there; points into the frame. Numbers keep their digits: a
/// price must not pass through binary floating point.
struct scalar {
  scalar_kind kind = scalar_kind::absent;
  std::string_view text;
};

/// The keys that an adapter knows, found in constant time by a perfect hash that the compiler
/// searches for. Results are indices in `names`; `none` for all other keys.
template <std::size_t N>
class key_table {
public:
  static constexpr std::uint8_t none = N;
  static_assert(N > 0 && N <= 32);

  consteval explicit key_table(const std::array<std::string_view, N>& names) : names_(names) {
    for (a_ = 1; a_ < slots; ++a_)
      for (b_ = 1; b_ < slots; ++b_)
        for (c_ = 1; c_ < slots; ++c_)
          if (fill())
            return;
    throw "no perfect hash: choose other constants";
  }

  std::uint8_t find(std::string_view key) const noexcept {
    if (key.empty())
      return none;
    const auto found = index_[slot(key)];
    return found != none && same(names_[found], key) ? found : none;
  }

  constexpr const std::array<std::string_view, N>& names() const noexcept { return names_; }

private:
  static constexpr std::size_t slots = 64;

  /// Keys are a few bytes long: a call of memcmp would take longer than the comparison.
  static bool same(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size())
      return false;
    for (std::size_t i = 0; i < a.size(); ++i)
      if (a[i] != b[i])
        return false;
    return true;
  }

  constexpr std::size_t slot(std::string_view key) const noexcept {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(key[i]); };
    return (key.size() + a_ * at(0) + b_ * at(key.size() / 2) + c_ * at(key.size() - 1)) % slots;
  }

  consteval bool fill() {
    index_.fill(none);
    for (std::uint8_t i = 0; i < N; ++i) {
      auto& here = index_[slot(names_[i])];
      if (here != none)
        return false;
      here = i;
    }
    return true;
  }

  std::array<std::string_view, N> names_;
  std::array<std::uint8_t, slots> index_{};
  std::size_t a_ = 1, b_ = 1, c_ = 1;
};

/// One object's values by key index; the slot at N takes those of unknown keys.
template <std::size_t N>
using field_values = std::array<scalar, N + 1>;

/// Levels that a frame may nest; the deepest ticker frame has four. The bound is what keeps a
/// hostile frame from exhausting the stack.
inline constexpr std::size_t max_frame_depth = 32;

/// Turns RapidJSON's events into calls on `Sink`, which follows the frame through scopes of its
/// own choice (small numbers; 0 is the frame itself) and has:
///   using keys = key_table<..>; static constexpr keys known;
///   scope open(scope in, std::uint8_t key, bool object): the scope of a new container, or `skip`;
///       a skipped container then counts as a value, a scalar_kind::container
///   scalar* slots(scope): the field_values that take the values of an object's keys, or null
///   void value(scope in, std::uint8_t key, const scalar&): those of scopes without slots
///   void close(scope)
/// In arrays the key is `none`.
template <class Sink>
class sax_handler {
public:
  using scope = std::uint8_t;

  explicit sax_handler(Sink& sink) : sink_(sink) {}

  bool too_deep() const noexcept { return too_deep_; }

  bool Null() { return put({scalar_kind::null, "null"}); }
  bool Bool(bool b) { return put({scalar_kind::boolean, b ? "true" : "false"}); }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    return put({scalar_kind::number, {text, size}});
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    return put({scalar_kind::text, {text, size}});
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    if (scope_ != Sink::skip)
      key_ = Sink::known.find({text, size});
    return true;
  }
  bool StartObject() { return start(true); }
  bool StartArray() { return start(false); }
  bool EndObject(rapidjson::SizeType) { return end(); }
  bool EndArray(rapidjson::SizeType) { return end(); }

  // Never called: numbers arrive as text. RapidJSON wants them to exist.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }

private:
  bool put(const scalar& value) {
    if (slots_)
      slots_[key_] = value;
    else if (scope_ != Sink::skip)
      sink_.value(scope_, key_, value);
    return true;
  }

  bool start(bool object) {
    if (depth_ == max_frame_depth) {
      too_deep_ = true;
      return false;
    }
    outer_[depth_++] = scope_;
    if (scope_ != Sink::skip) {
      const scope inner = sink_.open(scope_, key_, object);
      if (inner == Sink::skip)
        put({scalar_kind::container, object ? "{...}" : "[...]"});
      enter(inner);
    }
    key_ = none;
    return true;
  }

  bool end() {
    if (scope_ != Sink::skip)
      sink_.close(scope_);
    enter(outer_[--depth_]);
    key_ = none;
    return true;
  }

  void enter(scope next) {
    scope_ = next;
    slots_ = next == Sink::skip ? nullptr : sink_.slots(next);
  }

  static constexpr std::uint8_t none = Sink::keys::none;

  Sink& sink_;
  std::array<scope, max_frame_depth> outer_;
  std::size_t depth_ = 0;
  scope scope_ = 0;
  scalar* slots_ = nullptr; ///< of `scope_`
  std::uint8_t key_ = none;
  bool too_deep_ = false;
};

/// What RapidJSON should know of a frame before it reads it.
struct frame_bytes {
  bool ascii = false;
  bool has_nul = false;
};
frame_bytes inspect_bytes(std::span<const char> frame) noexcept;

/// Runs `sink` over a frame that is followed by a NUL. Says what breaks it, if anything does; the
/// sink may then have seen part of it.
template <class Sink>
std::optional<std::string> parse_frame(std::span<char> frame, Sink& sink) {
  // The recursive parser: a third faster than the iterative one, and the handler bounds its depth.
  constexpr unsigned flags = rapidjson::kParseInsituFlag | rapidjson::kParseNumbersAsStringsFlag;
  const auto bytes = inspect_bytes(frame);
  if (bytes.has_nul)
    return "the frame has a NUL character, expected JSON text";
  if (!bytes.ascii && ends_inside_character({frame.data(), frame.size()}))
    return "the frame ends inside of a UTF-8 character";
  rapidjson::InsituStringStream stream(frame.data());
  rapidjson::Reader reader;
  sax_handler<Sink> handler(sink);
  const rapidjson::ParseResult parsed =
      bytes.ascii ? reader.Parse<flags>(stream, handler)
                  : reader.Parse<flags | rapidjson::kParseValidateEncodingFlag>(stream, handler);
  if (parsed)
    return std::nullopt;
  if (handler.too_deep())
    return "the frame nests deeper than " + std::to_string(max_frame_depth) + " levels";
  return std::string("the frame is not JSON: ") + rapidjson::GetParseError_En(parsed.Code()) +
         " (byte " + std::to_string(parsed.Offset()) + ")";
}

/// What `out` held at some point, to go back to.
class checkpoint {
public:
  explicit checkpoint(const decoded& out)
      : patches_(out.patches.size()), events_(out.events.size()), ignored_(out.ignored),
        malformed_(out.malformed), had_problem_(!out.first_problem.empty()) {}

  void restore(decoded& out) const;

private:
  std::size_t patches_, events_;
  std::uint64_t ignored_, malformed_;
  bool had_problem_;
};

/// Decodes a frame through `sink`, which adds to `out` and has finish(), called after a frame that
/// is JSON. A frame that is not says nothing: it leaves a problem and takes back the rest.
template <class Sink>
void decode_frame(std::string_view exchange, std::span<char> frame, Sink& sink, decoded& out) {
  const checkpoint before(out);
  if (const auto broken = parse_frame(frame, sink)) {
    before.restore(out);
    out.reject(std::string(exchange) + ": " + *broken);
    return;
  }
  sink.finish();
}

} // namespace tickboard::exchange
