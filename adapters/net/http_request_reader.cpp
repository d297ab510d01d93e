#include "adapters/net/http_request_reader.hpp"

#include "adapters/net/http_text.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace tickboard::net {

namespace http = boost::beast::http;

namespace {

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

void append_listed(std::string& list, std::string_view value) {
  if (!list.empty())
    list += ", ";
  list += value;
}

/// Of a whole http or https URL, with the slashes; else 0.
std::size_t scheme_size(boost::beast::string_view target) {
  for (const boost::beast::string_view scheme : {"http://", "https://"})
    if (boost::beast::iequals(target.substr(0, scheme.size()), scheme))
      return scheme.size();
  return 0;
}

} // namespace

http_request_reader::http_request_reader(std::size_t max_header_bytes, std::size_t max_body_bytes)
    : max_header_bytes_(max_header_bytes), max_body_bytes_(max_body_bytes) {
  eager(true);
  header_limit(static_cast<std::uint32_t>(max_header_bytes));
  body_limit(static_cast<std::uint64_t>(max_body_bytes));
}

std::size_t http_request_reader::feed(std::string_view data) {
  input_ = data;
  const auto in_header = !is_header_done();
  error_code ec;
  const auto taken = put(boost::asio::const_buffer(data.data(), data.size()), ec);
  if (in_header)
    header_bytes_ += taken;
  if (ec == http::error::need_more) {
    // Beast bounds what it has not taken while in the header, but neither chunk headers nor
    // trailers.
    if (!is_header_done() || data.size() - taken < max_header_bytes_)
      return taken;
    ec = http::error::header_limit;
  }
  if (ec && !refusal_)
    refuse_parse_error(ec);
  return taken;
}

http_request http_request_reader::take() {
  request_.keep_alive = keep_alive();
  request_.accepts_gzip = accepts_gzip(accept_encoding_);
  if (rare_) {
    // RFC 6455 section 4.1; what HTTP/1.0 says of an upgrade counts for nothing (RFC 9110, 7.8).
    rare_->wants_websocket = rare_->wants_websocket && upgrade() &&
                             request_.method == http_method::get && version_ == 11;
    rare_->host = std::move(host_);
    request_.rare = std::move(rare_);
  }
  return std::move(request_);
}

void http_request_reader::on_request_impl(verb method, text method_text, text target, int version,
                                          error_code& ec) {
  request_.method = method == verb::get    ? http_method::get
                    : method == verb::head ? http_method::head
                                           : http_method::other;
  request_.method_text = view(method_text);
  version_ = version;
  if (within_header_limit(target.data() + target.size(), ec))
    read_target(target, ec);
}

/// Clients that take this for a proxy send whole URLs, and every server has to understand them (RFC
/// 9112 section 3.2.2).
void http_request_reader::read_target(text target, error_code& ec) {
  const auto scheme = target.starts_with('/') ? 0 : scheme_size(target);
  if (scheme == 0) {
    request_.target = view(target);
    return;
  }
  const auto rest = view(target).substr(scheme);
  const auto end = std::min(rest.find_first_of("/?"), rest.size());
  const auto authority = rest.substr(0, end);
  if (authority.empty() || authority.starts_with(':') || authority.find('@') != authority.npos)
    return refuse(ec, 400, "Malformed request",
                  "a target with a scheme is http://host/path?query, without a user name");
  host_ = authority;
  target_names_host_ = true;
  request_.target = rest.substr(end);
  if (!request_.target.starts_with('/'))
    request_.target.insert(0, 1, '/');
}

void http_request_reader::on_field_impl(field name, text name_text, text value, error_code& ec) {
  if (folded(name_text, value))
    return refuse(
        ec, 400, "Malformed request",
        fmt::format("header field {} is folded over several lines", printable(view(name_text))));
  if (is_header_done()) // a trailer, which nobody here asked for
    return;
  if (!within_header_limit(value.data() + value.size(), ec))
    return;
  switch (name) {
  case field::host:
    if (++hosts_ > 1)
      refuse(ec, 400, "Malformed request", "there is more than one Host header field");
    if (!target_names_host_)
      host_ = view(value);
    break;
  case field::origin:
    append_listed(rare().origin, view(value));
    break;
  case field::upgrade:
    rare().wants_websocket = boost::beast::iequals(value, "websocket");
    break;
  case field::sec_websocket_key:
    append_listed(rare().websocket_key, view(value));
    break;
  case field::sec_websocket_version:
    append_listed(rare().websocket_version, view(value));
    break;
  case field::content_length:
    if (++content_lengths_ > 1 || value.find(',') != text::npos)
      refuse(ec, 400, "Malformed request", "Content-Length is given more than once");
    break;
  case field::transfer_encoding:
    if (version_ == 10)
      refuse(ec, 400, "Malformed request", "HTTP/1.0 has no Transfer-Encoding");
    else if (!boost::beast::iequals(value, "chunked"))
      refuse(ec, 501, "Not implemented",
             "the only Transfer-Encoding that is understood is \"chunked\"");
    break;
  case field::expect:
    if (boost::beast::iequals(value, "100-continue"))
      expect_continue_ = version_ == 11;
    else
      refuse(ec, 417, "Expectation failed", "the only Expect that is understood is 100-continue");
    break;
  case field::accept_encoding:
    append_listed(accept_encoding_, view(value));
    break;
  case field::accept:
    append_listed(request_.accept, view(value));
    break;
  case field::if_none_match:
    append_listed(request_.if_none_match, view(value));
    break;
  case field::authorization: // two of them are one that nobody knows
    append_listed(request_.authorization, view(value));
    break;
  case field::unknown:
    if (boost::beast::iequals(name_text, "X-API-Key"))
      append_listed(request_.api_key, view(value));
    else if (boost::beast::iequals(name_text, "Last-Event-ID"))
      append_listed(rare().last_event_id, view(value));
    break;
  default:
    break;
  }
}

void http_request_reader::on_header_impl(error_code& ec) {
  if (version_ == 11 && hosts_ == 0)
    refuse(ec, 400, "Malformed request", "HTTP/1.1 asks for a Host header field");
}

void http_request_reader::on_body_init_impl(const boost::optional<std::uint64_t>& length,
                                            error_code&) {
  if (length)
    request_.body.reserve(static_cast<std::size_t>(*length)); // the limit was checked
}

std::size_t http_request_reader::on_body_impl(text body, error_code&) {
  request_.body.append(body.data(), body.size());
  return body.size();
}

std::size_t http_request_reader::on_chunk_body_impl(std::uint64_t, text body, error_code& ec) {
  return on_body_impl(body, ec);
}

http_rare_fields& http_request_reader::rare() {
  if (!rare_)
    rare_ = std::make_shared<http_rare_fields>();
  return *rare_;
}

/// Beast hands a folded value over joined in a buffer of its own, or, when the first line is empty,
/// from a later line than the name.
bool http_request_reader::folded(text name, text value) const {
  const std::less<> before;
  const auto* name_end = name.data() + name.size();
  if (before(value.data(), name_end) || before(input_.data() + input_.size(), value.data()))
    return true;
  return std::string_view(name_end, value.data()).find('\r') != std::string_view::npos;
}

/// Counts from the request's first byte; Beast's own limit forgets the fields it has taken.
bool http_request_reader::within_header_limit(const char* position, error_code& ec) {
  const auto bytes = header_bytes_ + static_cast<std::size_t>(position - input_.data());
  if (bytes <= max_header_bytes_)
    return true;
  ec = http::error::header_limit;
  return false;
}

void http_request_reader::refuse(error_code& ec, unsigned status, std::string title,
                                 std::string detail) {
  refusal_ = http_refusal{status, std::move(title), std::move(detail)};
  ec = http::error::bad_value; // any error stops the parser; refusal_ is what counts
}

void http_request_reader::refuse_parse_error(error_code ec) {
  if (ec == http::error::header_limit)
    refusal_ = {431, "Request header fields too large",
                fmt::format("request line and header have more than {} bytes", max_header_bytes_)};
  else if (ec == http::error::body_limit)
    refusal_ = {413, "Content too large",
                fmt::format("the body has more than {} bytes", max_body_bytes_)};
  else if (ec == http::error::bad_version)
    refusal_ = {400, "Malformed request",
                "the request line must end in HTTP/1.1 or HTTP/1.0 and a line break of CR LF"};
  else if (ec == http::error::bad_content_length || ec == http::error::bad_transfer_encoding)
    refusal_ = {400, "Malformed request",
                "Content-Length and Transfer-Encoding contradict each other or are malformed"};
  else
    refusal_ = {400, "Malformed request", fmt::format("not HTTP/1.1: {}", ec.message())};
}

} // namespace tickboard::net
