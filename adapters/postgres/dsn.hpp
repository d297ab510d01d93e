#pragma once

#include "market/result.hpp"

#include <map>
#include <string>
#include <string_view>

namespace tickboard::postgres {

/// How to reach a database and log in: libpq's connection parameters by keyword.
/// https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-PARAMKEYWORDS
struct dsn {
  std::map<std::string, std::string> parameters; ///< may hold secrets; never empty values

  /// The value, or "" for a parameter that is not given.
  const std::string& operator[](const std::string& keyword) const;

  /// Empty leaves the one of the DSN.
  void set_password(const std::string& password);

  /// For messages: host, port and database, nothing secret.
  std::string display() const;

  /// `text`, as libpq or a server worded it, with every secret of ours taken out.
  std::string without_secrets(std::string text) const;
};

/// "postgresql://user@host:port/database?..." or "host=... dbname=...". What is missing comes from
/// libpq's environment variables (PGUSER, PGPASSWORD, ...). Encoding and blocking look-ups are not
/// the DSN's to choose: `client_encoding` and `service` are refused. The error holds nothing of the
/// text, which may have a password in it.
result<dsn> parse_dsn(std::string_view text);

} // namespace tickboard::postgres
