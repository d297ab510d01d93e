#pragma once

#include "market/result.hpp"

#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <string_view>

namespace tickboard::exchange {

/// Longest line of a recording, and longest frame once decompressed.
inline constexpr std::size_t max_recording_line = 64 * 1024 * 1024;

/// One frame of a recorded connection: one line of JSON,
/// {"t":1633998512.06,"url":"wss://..","dir":"in","frame":".."}, or "frame_b64" (base64) for bytes
/// that are no text, gzip-compressed or plain.
struct recorded_frame {
  std::optional<double> t; ///< Unix seconds, our clock
  std::string url;
  bool incoming = true;
  bool binary = false; ///< the exchange sends this text in a binary frame
  std::string frame;   ///< decompressed
};

/// Reads a recording line by line; holds one line at a time, whatever the size of the file.
class recording_reader {
public:
  /// `name` stands before the line in errors, e.g. the file's name. `in` must outlive the reader.
  recording_reader(std::istream& in, std::string name) : in_(in), name_(std::move(name)) {}

  /// The next frame into `out`; false at the end. Errors are "name:line: what is wrong"; the
  /// reader may be asked on for the lines behind.
  result<bool> next(recorded_frame& out);

  /// The number of the line that `next` read last, from 1.
  std::uint64_t line() const noexcept { return line_; }

private:
  enum class line_kind : std::uint8_t { end, whole, too_long };
  line_kind read_line();
  std::string at(std::string_view problem) const;

  std::istream& in_;
  std::string name_;
  std::string text_;
  std::uint64_t line_ = 0;
};

/// Appends the line of `frame`, line feed included. What is not UTF-8 is written as "frame_b64".
void append_recorded_frame(std::string& out, const recorded_frame& frame);

} // namespace tickboard::exchange
