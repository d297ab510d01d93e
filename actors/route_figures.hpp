#pragma once

#include "adapters/metrics/registry.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tickboard {

/// What is counted of requests, by the template of their route: "/v1/markets/{id}" for every
/// market, "/" for every file of the board, "other" for paths that there are not. Any thread.
class route_figures {
public:
  /// Read by nobody.
  route_figures() : route_figures(std::make_shared<metrics::registry>()) {}
  explicit route_figures(metrics::registry_ptr in);

  /// The place of the path's template; good for the other calls.
  std::size_t find(std::string_view path) const;
  std::string_view name(std::size_t route) const { return routes_[route].name; }

  void asked() noexcept { open_.add(1); }
  /// Once for each `asked`, unless `left` is called.
  void answered(std::size_t route, unsigned status, std::chrono::nanoseconds took) noexcept;
  /// The client went before it had its answer.
  void left() noexcept { open_.add(-1); }

private:
  struct route {
    std::string name;
    std::vector<std::string_view> parts;      ///< of the path, by its slashes
    std::array<metrics::counter*, 4> answers; ///< 2xx to 5xx
    metrics::histogram* duration;
  };

  void add(std::string_view name);

  metrics::registry_ptr registry_;
  metrics::gauge& open_;
  std::vector<route> routes_;
  std::unordered_map<std::string_view, std::size_t> whole_; ///< those without parameters
  std::vector<std::size_t> with_parameters_;
  std::size_t board_ = 0, other_ = 0;
};

} // namespace tickboard
