#include "actors/static_document.hpp"
#include "web/web.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>

namespace tickboard {

namespace {

/// Puts `text` where the page has {{mark}}.
void put_in(std::string& page, std::string_view mark, std::string_view text) {
  const auto at = page.find(mark);
  if (at != std::string::npos)
    page.replace(at, mark.size(), text);
}

/// By what a policy names an inline text that may count (CSP 3, 2.3.1).
std::string policy_source(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  std::array<unsigned char, 4 * EVP_MAX_MD_SIZE / 3 + 4> encoded;
  const auto length = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(size));
  return fmt::format("'sha256-{}'", std::string_view{reinterpret_cast<const char*>(encoded.data()),
                                                     static_cast<std::size_t>(length)});
}

static_document make_page() {
  std::string page{web::page};
  put_in(page, "{{style}}", web::style);
  put_in(page, "{{script}}", web::script);
  const auto policy =
      fmt::format("default-src 'none'; connect-src 'self'; script-src {}; style-src {}; "
                  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
                  policy_source(web::script), policy_source(web::style));
  return {"text/html; charset=utf-8",
          std::move(page),
          {{"Content-Security-Policy", policy},
           {"X-Content-Type-Options", "nosniff"},
           {"Referrer-Policy", "no-referrer"}}};
}

} // namespace

const static_document& docs_page() {
  static const static_document made = make_page();
  return made;
}

} // namespace tickboard
