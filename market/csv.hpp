#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tickboard {

namespace csv_limits {
inline constexpr std::size_t fields = 64; ///< in a record
inline constexpr std::size_t field_bytes = 4096;
} // namespace csv_limits

struct csv_record {
  std::size_t line = 0; ///< on which it begins, from 1
  std::vector<std::string> fields;
};

/// Reads comma-separated values (RFC 4180) record by record. Lines may end in LF or CRLF; a UTF-8
/// byte order mark and blank lines are passed over. The text must outlive the reader.
class csv_reader {
public:
  explicit csv_reader(std::string_view text) noexcept;

  /// False at the end, and where the text is no CSV or a limit is passed: then `problem` says why,
  /// and `into.line` is the line. What follows cannot be read.
  bool next(csv_record& into);

  const std::string& problem() const noexcept { return problem_; }

private:
  bool read_field(std::string& into);
  bool read_quoted(std::string& into);
  bool fail(std::string what);

  std::string_view rest_;
  std::size_t line_ = 1;
  std::string problem_;
};

/// Appends `field`, in quotes where it needs them.
void append_csv_field(std::string& out, std::string_view field);

} // namespace tickboard
