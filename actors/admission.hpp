#pragma once

#include "adapters/config/settings.hpp"
#include "adapters/net/digest.hpp"
#include "adapters/net/http_server.hpp"
#include "market/token_bucket.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tickboard {

enum class admission_outcome : std::uint8_t { admitted, key_missing, key_unknown, too_many };

/// As what somebody was let in, for as long as the answer goes on.
struct admission_ticket {
  std::optional<net::digest> key{}; ///< null: without one
  std::uint64_t rules = 0;          ///< by which of the rules that there were
};

/// Whether a request is let in.
struct admission_verdict {
  admission_outcome is = admission_outcome::admitted;
  std::optional<rate_verdict> rate; ///< if a limit applies
  std::string client{};             ///< which key it gives; empty: none
  admission_ticket ticket{};
};

/// Who may ask how much: by API key, else by the network that asks. Any thread: one lock, which is
/// held while a token is taken. Keys are kept and compared as digests.
class admission {
public:
  admission() : admission({}, {}) {} ///< everybody, without limit
  admission(const config::client_settings& clients, const std::vector<config::key_settings>& keys);

  /// From now on these count. Who has the same limit as before has used as much of it.
  void change(const config::client_settings& clients,
              const std::vector<config::key_settings>& keys);

  /// False while everybody may ask without limit: then nobody has to be admitted.
  bool guards() const noexcept { return guards_.load(std::memory_order_relaxed); }

  /// Counts the request, which is for a path that is not open. A key that is not known is refused
  /// also where none is needed: its owner would take the limits of strangers for those of the key.
  admission_verdict admit(const net::http_request& request, std::string_view path,
                          std::string_view network, token_bucket::clock::time_point now);

  /// Counts a question of who was let in so that is no request: a subscription on a WebSocket.
  admission_verdict admit_again(const admission_ticket& ticket, std::string_view network,
                                token_bucket::clock::time_point now);

  /// Whether who was let in so still would be. Cheap while nothing changes.
  bool lets_stay(admission_ticket& ticket) const;

  /// Where questions are neither counted nor need a key: who watches the daemon asks there.
  static bool is_open(std::string_view path) noexcept;

private:
  struct api_key {
    net::digest digest;
    rate_limit limit;
    std::optional<token_bucket> bucket; ///< under the lock; null: not limited
  };

  /// But for the buckets they never change.
  struct rules {
    std::uint64_t number = 0;
    bool key_required = false;
    bool limits_strangers = false;
    std::vector<api_key> keys;

    api_key* find(const net::digest& key) noexcept;
  };

  std::shared_ptr<rules> current() const;
  admission_verdict count(rules& by, const std::optional<net::digest>& key, bool needs_key,
                          std::string_view network, token_bucket::clock::time_point now);

  mutable std::mutex mutex_; ///< of what follows, and of buckets
  std::shared_ptr<rules> rules_ = std::make_shared<rules>();
  bucket_table strangers_{{}, 0};

  std::atomic<bool> guards_ = false;
  std::atomic<std::uint64_t> number_ = 0; ///< of the rules
};

/// RateLimit-Limit, RateLimit-Remaining and RateLimit-Reset
/// (draft-ietf-httpapi-ratelimit-headers-06).
void add_rate_headers(net::http_response& to, const rate_verdict& rate);

/// What who is not admitted is told, in the words that are spoken at `path`.
net::http_response refusal_of(const admission_verdict& why, std::string_view path);

/// The same for who was let in with this, and may not stay.
net::http_response refusal_of(const admission_ticket& ticket);

} // namespace tickboard
