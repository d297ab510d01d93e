#pragma once

#include "market/view_shape.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tickboard {

/// The text of an answer in the making: rows as they are stored, each with its age.
///
/// A stored row is what clients get but for `age_ms`, which is true for a moment only: it goes
/// behind `received_ms`, as the milliseconds from then to the answer, never less than 0; null where
/// that is null. A row without `received_ms` has no age.
class answer_text {
public:
  /// Begins with the head of `shape`. Ages count to `now_ms`, Unix milliseconds.
  explicit answer_text(std::int64_t now_ms, const view_shape& shape = {});

  /// Begins with this text; JSON, with all members of rows.
  answer_text(std::int64_t now_ms, std::string_view begin);

  /// Appends a row as the shape has it, with what separates it from the row before.
  void add_row(std::string_view row);

  /// Appends a row as an object with all of its members, without any separator.
  void append_object(std::string_view row);

  void append(std::string_view text) { text_.append(text); }

  /// Appends what another answer says; `mark` is that of `text`.
  void append_marked(std::string_view text, std::uint64_t mark);

  /// For appending; what is there already must stay.
  std::string& text() noexcept { return text_; }

  /// Makes room for `rows` of about this size.
  void expect(std::size_t rows, std::size_t bytes_each);

  bool has_rows() const noexcept { return rows_ > 0; }
  /// Takes back all rows; to be called while nothing follows them.
  void drop_rows();

  /// A hash of all that was appended so far, ages left out: what an ETag is made of.
  std::uint64_t mark();

  /// The text; nothing may be called afterwards.
  std::shared_ptr<const std::string> take();

private:
  void append_values(std::string_view row);
  void append_age(std::string_view received_ms);
  void mix(std::uint64_t hash) noexcept;
  void mark_until(std::size_t end);

  std::int64_t now_ms_;
  view_shape shape_;
  std::string text_;
  std::size_t head_size_, rows_ = 0;
  std::uint64_t mark_ = 0;
  std::size_t marked_ = 0; ///< as much of the text is in `mark_`, or is an age
};

} // namespace tickboard
