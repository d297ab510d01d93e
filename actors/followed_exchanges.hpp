#pragma once

#include "market/view_query.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace tickboard {

/// The names of the exchanges that are followed now, for what questions may name. Any thread: one
/// lock, which is never held for longer than a look.
class followed_exchanges {
public:
  void set(std::vector<std::string> names);

  /// What is wrong with the exchanges that `query` names: an empty page would hide that one is
  /// misspelt. Until `set` nothing is.
  std::optional<query_problem> refuse(const view_query& query) const;

private:
  mutable std::mutex mutex_;
  std::shared_ptr<const std::vector<std::string>> names_; ///< sorted
};

} // namespace tickboard
