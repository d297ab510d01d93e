#pragma once

#include "adapters/config/settings.hpp"
#include "adapters/net/digest.hpp"
#include "adapters/net/http_server.hpp"
#include "market/token_bucket.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tickboard {

enum class admission_outcome : std::uint8_t { admitted, key_missing, key_unknown, too_many };

/// Whether a request is let in.
struct admission_verdict {
  admission_outcome is = admission_outcome::admitted;
  std::optional<rate_verdict> rate; ///< if a limit applies
  std::string client{};             ///< which key it gives; empty: none
};

/// Who may ask how much: by API key, else by the network that asks. Any thread: one lock, which is
/// held while a token is taken. Keys are kept and compared as digests.
class admission {
public:
  admission(const config::client_settings& clients, const std::vector<config::key_settings>& keys);

  /// Counts the request, which is for a path that is not open. A key that is not known is refused
  /// also where none is needed: its owner would take the limits of strangers for those of the key.
  admission_verdict admit(const net::http_request& request, std::string_view path,
                          std::string_view network, token_bucket::clock::time_point now);

  /// Where questions are neither counted nor need a key: who watches the daemon asks there.
  static bool is_open(std::string_view path) noexcept;

private:
  struct api_key {
    net::digest digest;
    std::optional<token_bucket> bucket;
  };

  api_key* find(std::string_view text) noexcept;

  const bool key_required_;
  const bool limits_strangers_;
  std::mutex mutex_; ///< of buckets; what is known of keys never changes
  std::vector<api_key> keys_;
  bucket_table strangers_;
};

/// Nothing if everybody may ask without limit.
std::shared_ptr<admission> make_admission(const config::settings& settings);

/// RateLimit-Limit, RateLimit-Remaining and RateLimit-Reset
/// (draft-ietf-httpapi-ratelimit-headers-06).
void add_rate_headers(net::http_response& to, const rate_verdict& rate);

/// What who is not admitted is told, in the words that are spoken at `path`.
net::http_response refusal_of(const admission_verdict& why, std::string_view path);

} // namespace tickboard
