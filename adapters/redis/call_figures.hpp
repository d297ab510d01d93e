#pragma once

#include "adapters/metrics/registry.hpp"
#include "adapters/redis/script.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace tickboard::redis {

/// How long calls take, and how many fail, by script. Any thread.
class call_figures {
public:
  struct of_calls {
    metrics::histogram* duration; ///< from sending to noticing the reply (call::patient: later)
    metrics::counter* failed;
  };

  /// Read by nobody.
  call_figures() : call_figures(std::make_shared<metrics::registry>(), {}) {}
  call_figures(metrics::registry_ptr in, const std::vector<std::shared_ptr<const script>>& scripts);

  of_calls of(const script& which) const noexcept;
  of_calls commands() const noexcept { return commands_; }
  of_calls transactions() const noexcept { return transactions_; }

private:
  of_calls make(std::string_view name) const;

  metrics::registry_ptr registry_;
  of_calls commands_, transactions_;
  std::vector<std::pair<std::shared_ptr<const script>, of_calls>> scripts_; ///< few
};

} // namespace tickboard::redis
