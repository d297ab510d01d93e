#include "adapters/net/http_response.hpp"

#include "market/json_text.hpp"

#include <boost/beast/http/status.hpp>
#include <fmt/format.h>

#include <iterator>

namespace tickboard::net {

namespace {

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  const auto begin = out.size();
  out += value;
  for (const char unfit : {'\r', '\n', '\0'})
    for (auto i = out.find(unfit, begin); i != out.npos; i = out.find(unfit, i))
      out[i] = ' ';
  out += "\r\n";
}

} // namespace

bool may_have_body(unsigned status) noexcept {
  return status != 204 && status != 304;
}

void append_head(std::string& out, const http_response& response, const http_framing& framing) {
  const auto status = response.status >= 200 && response.status <= 599 ? response.status : 500U;
  const auto reason =
      boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(status));
  out += "HTTP/1.1 ";
  out += fmt::format_int(status).c_str();
  out += ' ';
  out.append(reason.data(), reason.size());
  out += "\r\nServer: tickboard\r\nDate: ";
  out += framing.date;
  out += "\r\n";
  if (framing.streamed) {
    append_field(out, "Content-Type", response.content_type);
    if (!framing.http_1_0)
      out += "Transfer-Encoding: chunked\r\n";
  } else if (may_have_body(status)) {
    const auto size = response.body ? response.body->size() : 0;
    if (size != 0 || status == 200) // a list of nothing is of its type, too
      append_field(out, "Content-Type", response.content_type);
    append_field(out, "Content-Length", fmt::format_int(size).c_str());
  }
  for (const auto& [name, value] : response.headers)
    append_field(out, name, value);
  if (!framing.keep_alive)
    out += "Connection: close\r\n";
  else if (framing.http_1_0)
    out += "Connection: keep-alive\r\n";
  out += "\r\n";
}

http_response problem(unsigned status, std::string_view title, std::string_view detail,
                      const std::vector<std::pair<std::string, std::string>>& extra) {
  std::string body = R"({"type":"about:blank","title":)";
  append_json_string(body, title);
  fmt::format_to(std::back_inserter(body), R"(,"status":{},"detail":)", status);
  append_json_string(body, detail);
  for (const auto& [name, text] : extra) {
    body += ',';
    append_json_string(body, name);
    body += ':';
    append_json_string(body, text);
  }
  body += '}';
  http_response out;
  out.status = status;
  out.content_type = "application/problem+json";
  out.body = std::make_shared<const std::string>(std::move(body));
  return out;
}

} // namespace tickboard::net
