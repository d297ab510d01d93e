#pragma once

#include "adapters/net/http_server.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include <optional>

namespace tickboard::net {

/// Why a request is not served: what the client gets as a problem.
struct http_refusal {
  unsigned status = 400;
  std::string title;
  std::string detail;
};

/// Reads one request off a byte stream. Beast's parser does the grammar; it keeps just the fields
/// that http_request has, and refuses what Beast 1.74 lets through although it is a smuggling
/// shape (RFC 9112 sections 5.2, 6.1, 6.3): repeated Content-Length, line folding, a
/// Transfer-Encoding other than "chunked" or in HTTP/1.0, and no or several Host fields.
class http_request_reader : public boost::beast::http::basic_parser<true> {
public:
  http_request_reader(std::size_t max_header_bytes, std::size_t max_body_bytes);

  /// Takes bytes from the front of `data` and returns how many. What it leaves while the request
  /// is not `complete` must be presented again, together with more.
  std::size_t feed(std::string_view data);

  bool complete() const { return is_done(); }
  const std::optional<http_refusal>& refusal() const { return refusal_; }
  bool header_complete() const { return is_header_done(); }
  bool wants_continue() const { return expect_continue_ && is_header_done() && !is_done(); }
  bool http_1_0() const { return version_ == 10; }

  /// The request; call once, when complete.
  http_request take();

private:
  using verb = boost::beast::http::verb;
  using field = boost::beast::http::field;
  using text = boost::beast::string_view;
  using error_code = boost::beast::error_code;

  void on_request_impl(verb method, text method_text, text target, int version,
                       error_code& ec) override;
  void on_response_impl(int, text, int, error_code&) override {}
  void on_field_impl(field name, text name_text, text value, error_code& ec) override;
  void on_header_impl(error_code& ec) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override;
  std::size_t on_body_impl(text body, error_code&) override;
  void on_chunk_header_impl(std::uint64_t, text, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, text body, error_code&) override;
  void on_finish_impl(error_code&) override {}

  void read_target(text target, error_code& ec);
  bool folded(text name, text value) const;
  http_rare_fields& rare();
  bool within_header_limit(const char* position, error_code& ec);
  void refuse(error_code& ec, unsigned status, std::string title, std::string detail);
  void refuse_parse_error(error_code ec);

  const std::size_t max_header_bytes_;
  const std::size_t max_body_bytes_;
  http_request request_;
  std::string accept_encoding_, host_;
  std::shared_ptr<http_rare_fields> rare_; ///< null: none was met
  std::optional<http_refusal> refusal_;
  std::string_view input_;       ///< of the current feed()
  std::size_t header_bytes_ = 0; ///< taken by earlier feeds
  int version_ = 11;
  unsigned hosts_ = 0;
  unsigned content_lengths_ = 0;
  bool target_names_host_ = false; ///< as a whole URL does: Host counts for nothing then
  bool expect_continue_ = false;
};

} // namespace tickboard::net
