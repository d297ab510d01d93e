#pragma once

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <ctime>
#include <string>
#include <string_view>

namespace tickboard::net {

/// What this program calls itself towards exchanges.
inline constexpr std::string_view user_agent = "tickboard";

/// Whether an Accept-Encoding value allows gzip: named or by "*", and not with q=0 (RFC 9110
/// section 12.5.3; the name goes before "*").
bool accepts_gzip(std::string_view accept_encoding);

/// An IPv4 address (also as an IPv6 one), or the /64 network of an IPv6 address.
std::string network_of(const boost::asio::ip::address& address);

/// An HTTP date (RFC 9110 section 5.6.7), always GMT.
std::string http_date(std::time_t time);

/// A Retry-After value: seconds or an HTTP date, counted from `now`. 0 if it is neither or past;
/// at most three days, the longest that exchanges ban for, so that a mistaken peer cannot silence
/// us for good.
std::chrono::seconds parse_retry_after(std::string_view value, std::time_t now);

/// The same of an answer with this status: 0 unless it is 418, 429 or 503.
std::chrono::seconds retry_after_of(unsigned status, std::string_view value, std::time_t now);

/// For messages: control characters and bytes beyond ASCII become '?', at most 200 characters.
std::string printable(std::string_view text);

} // namespace tickboard::net
