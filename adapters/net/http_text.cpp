#include "adapters/net/http_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <time.h>

namespace tickboard::net {

namespace asio = boost::asio;

namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Cuts the part before `separator` off `rest`.
std::string_view next_part(std::string_view& rest, char separator) {
  const auto end = std::min(rest.find(separator), rest.size());
  const auto part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return trimmed(part);
}

bool same_text(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

/// Whether a weight such as "q=0.000" says no.
bool is_zero_weight(std::string_view parameter) {
  if (parameter.size() < 3 || !same_text(parameter.substr(0, 2), "q="))
    return false;
  return parameter.find_first_not_of("0.", 2) == std::string_view::npos;
}

} // namespace

bool accepts_gzip(std::string_view rest) {
  auto any = false;
  while (!rest.empty()) {
    auto parameters = next_part(rest, ',');
    const auto coding = next_part(parameters, ';');
    auto allowed = true;
    while (!parameters.empty())
      if (is_zero_weight(next_part(parameters, ';')))
        allowed = false;
    if (same_text(coding, "gzip") || same_text(coding, "x-gzip"))
      return allowed;
    if (coding == "*")
      any = allowed;
  }
  return any;
}

std::string network_of(const asio::ip::address& address) {
  if (address.is_v4())
    return address.to_string();
  if (address.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  auto bytes = address.to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
  return asio::ip::address_v6(bytes).to_string() + "/64";
}

std::string http_date(std::time_t time) {
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 64> text{};
  // The daemon never calls setlocale, so the names are the English ones that HTTP wants.
  const auto size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text.data(), size};
}

std::chrono::seconds parse_retry_after(std::string_view value, std::time_t now) {
  constexpr std::chrono::seconds longest{3 * 24 * 60 * 60};
  const auto text = std::string(trimmed(value));
  std::chrono::seconds wait{0};
  if (!text.empty() && text.find_first_not_of("0123456789") == std::string::npos) {
    long long seconds = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), seconds);
    wait = parsed.ec == std::errc{} ? std::min(std::chrono::seconds(seconds), longest) : longest;
  } else {
    std::tm parts{};
    const auto* end = strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    if (end != nullptr && *end == '\0')
      wait = std::chrono::seconds(timegm(&parts) - now);
  }
  return std::clamp(wait, std::chrono::seconds{0}, longest);
}

std::chrono::seconds retry_after_of(unsigned status, std::string_view value, std::time_t now) {
  return status == 418 || status == 429 || status == 503 ? parse_retry_after(value, now)
                                                         : std::chrono::seconds{0};
}

std::string printable(std::string_view text) {
  auto out = std::string(text.substr(0, 200));
  for (auto& c : out)
    if (c < ' ' || c > '~')
      c = '?';
  return out;
}

} // namespace tickboard::net
