#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

struct pg_result;

namespace tickboard::postgres {

/// What PostgreSQL answered. The contents are shared and immutable: a reply may be kept, and read
/// on any thread.
class reply {
public:
  reply() = default;
  /// An answer that never came: `reason` says why.
  explicit reply(std::string reason) : failure_(std::move(reason)) {}
  explicit reply(std::shared_ptr<const pg_result> raw) : raw_(std::move(raw)) {}

  /// True for an error and for an answer that never came.
  bool failed() const noexcept;
  /// True if the connection was lost, or never there; the statement may or may not have run.
  bool disconnected() const noexcept { return raw_ == nullptr; }
  std::string error() const;     ///< one line; empty unless failed
  std::string_view code() const; ///< SQLSTATE of an error that PostgreSQL told, else empty

  std::size_t rows() const noexcept;
  /// Text of a value, "" for NULL. Precondition: row < rows() and the column is there.
  std::string_view text(std::size_t row, std::size_t column) const noexcept;

private:
  std::shared_ptr<const pg_result> raw_;
  std::string failure_ = "there was no answer";
};

} // namespace tickboard::postgres
