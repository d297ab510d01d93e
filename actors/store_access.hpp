#pragma once

#include "actors/board.hpp"
#include "actors/missing_rights.hpp"
#include "adapters/config/settings.hpp"
#include "adapters/metrics/registry.hpp"
#include "market/result.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>

namespace tickboard {

/// How the daemon's parts reach Redis: each has connections of its own, which metrics show by the
/// part's name. Any thread; what it gives keeps what it needs.
class store_access {
public:
  /// An error names the key of [redis] that cannot be used.
  static result<store_access> make(const config::redis_settings& settings,
                                   metrics::registry_ptr registry);

  /// For who writes.
  store_opener opener(boost::asio::io_context& io, std::string part) const;

  /// For reading what others write: so many connections with `marks` (redis::connect_checked), as
  /// one (redis::connect_group). Metrics show each: "part 0", "part 1" ...
  store_opener checked_opener(boost::asio::io_context& io, std::string part,
                              std::vector<std::string> marks, std::size_t connections) const;

  /// What Redis refuses all of these connections for want of a right.
  const std::shared_ptr<missing_rights>& rights() const noexcept;

private:
  struct known;

  explicit store_access(std::shared_ptr<const known> all) : known_(std::move(all)) {}

  std::shared_ptr<const known> known_;
};

} // namespace tickboard
