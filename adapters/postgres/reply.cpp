#include "adapters/postgres/reply.hpp"

#include <algorithm>
#include <libpq-fe.h>

namespace tickboard::postgres {

bool reply::failed() const noexcept {
  const auto status = PQresultStatus(raw_.get());
  return raw_ == nullptr || (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK);
}

std::string reply::error() const {
  if (raw_ == nullptr)
    return failure_;
  if (!failed())
    return {};
  std::string out;
  for (const int field : {PG_DIAG_MESSAGE_PRIMARY, PG_DIAG_MESSAGE_DETAIL})
    if (const auto* text = PQresultErrorField(raw_.get(), field))
      out += (out.empty() ? "" : ": ") + std::string{text};
  if (out.empty())
    out = PQresultErrorMessage(raw_.get());
  std::ranges::replace(out, '\n', ' ');
  return out;
}

std::string_view reply::code() const {
  const auto* const text = PQresultErrorField(raw_.get(), PG_DIAG_SQLSTATE);
  return text != nullptr ? text : std::string_view{};
}

std::size_t reply::rows() const noexcept {
  return raw_ == nullptr ? 0 : static_cast<std::size_t>(PQntuples(raw_.get()));
}

std::string_view reply::text(std::size_t row, std::size_t column) const noexcept {
  const auto r = static_cast<int>(row), c = static_cast<int>(column);
  return {PQgetvalue(raw_.get(), r, c), static_cast<std::size_t>(PQgetlength(raw_.get(), r, c))};
}

} // namespace tickboard::postgres
