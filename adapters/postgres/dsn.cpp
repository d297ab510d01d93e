#include "adapters/postgres/dsn.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <libpq-fe.h>
#include <memory>

namespace tickboard::postgres {

namespace {

constexpr std::string_view allowed =
    "allowed: postgresql://[user@]host[:port]/database[?key=value&...], or key=value pairs of "
    "libpq";

} // namespace

const std::string& dsn::operator[](const std::string& keyword) const {
  static const std::string nothing;
  const auto it = parameters.find(keyword);
  return it == parameters.end() ? nothing : it->second;
}

void dsn::set_password(const std::string& password) {
  if (!password.empty())
    parameters["password"] = password;
}

std::string dsn::display() const {
  const auto& self = *this;
  const auto& host = self["host"].empty() ? self["hostaddr"] : self["host"];
  const auto& port = self["port"];
  const auto& database = self["dbname"];
  return fmt::format("PostgreSQL {}{}{}{}", host.empty() ? "on this machine" : "at " + host,
                     port.empty() ? "" : ":" + port, database.empty() ? "" : ", database ",
                     database);
}

std::string dsn::without_secrets(std::string text) const {
  for (const auto* keyword : {"password", "sslpassword"})
    if (const auto& secret = (*this)[keyword]; !secret.empty())
      for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 3))
        text.replace(at, secret.size(), "...");
  return text;
}

result<dsn> parse_dsn(std::string_view text) {
  if (text.empty() || text.find('\0') != text.npos)
    return unexpected(fmt::format("the DSN is empty; {}", allowed));
  char* reason = nullptr; // quotes the text, so nobody gets to see it
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options{
      PQconninfoParse(std::string{text}.c_str(), &reason), &PQconninfoFree};
  PQfreemem(reason);
  if (!options)
    return unexpected(fmt::format("the DSN cannot be read; {}", allowed));
  dsn out;
  for (const auto* one = options.get(); one->keyword != nullptr; ++one)
    if (one->val != nullptr && *one->val != '\0')
      out.parameters.emplace(one->keyword, one->val);
  for (const auto* keyword : {"service", "client_encoding"})
    if (!out[keyword].empty())
      return unexpected(
          fmt::format("the DSN has {}, which is not for it to say; {}", keyword, allowed));
  // The host has to be known here: libpq would resolve it on the thread that connects.
  const auto* const host = std::getenv("PGHOST");
  if (out["host"].empty() && out["hostaddr"].empty() && host != nullptr && *host != '\0')
    out.parameters.emplace("host", host);
  out.parameters.emplace("application_name", "tickboard");
  out.parameters.emplace("client_encoding", "UTF8");
  return out;
}

} // namespace tickboard::postgres
