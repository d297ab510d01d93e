#pragma once

#include <cstddef>
#include <deque>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tickboard {

/// What waits for its turn, by key, fair between clients: each client with something waiting has a
/// turn, then each has one again, however much of it is whose; of one client's, in the order in
/// which it came. Holds keys alone: each at most once. Used by the query actor alone.
class fair_queue {
public:
  /// `most`: keys that may wait, at least 1.
  explicit fair_queue(std::size_t most) : most_(most) {}

  /// Puts `key`, which must not be here, behind those of the same client. If there are too many
  /// then, the newest key of the client that has most is taken out again and returned; of clients
  /// that have as many, `client`'s is. So who floods displaces nobody else.
  std::optional<std::string> push(const std::string& client, const std::string& key);

  /// `client` waits for `key`, which is here, as well. It becomes his if it has its turn sooner
  /// then: nobody waits longer because a client who has much waiting asked for the same before.
  void share(const std::string& client, const std::string& key);

  /// The key whose turn it is; nothing if none waits.
  std::optional<std::string> pop();

  std::size_t size() const noexcept { return clients_of_.size(); }

private:
  struct line {
    std::string client;
    std::deque<std::string> keys; ///< never empty
  };
  using place = std::list<line>::iterator;

  void append(const std::string& client, const std::string& key);
  void leave(place of);

  const std::size_t most_;
  std::list<line> turns_;                             ///< the first is the next
  std::unordered_map<std::string_view, place> lines_; ///< by client
  std::unordered_map<std::string, place> clients_of_; ///< by key
};

} // namespace tickboard
