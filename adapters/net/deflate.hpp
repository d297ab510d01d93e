#pragma once

#include <string>
#include <string_view>

namespace tickboard::net {

/// `plain` as gzip (RFC 1952), at zlib's fastest level: pages are asked far more often than they
/// are slow to send. Any thread.
std::string gzip(std::string_view plain);

} // namespace tickboard::net
