#include "actors/admin_route.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace tickboard {

namespace {

using admin_resource = std::pair<std::string_view, route (*)()>;

constexpr std::array<admin_resource, 5> admin_resources{{
    {"/healthz", [] { return route{ask_health{}}; }},
    {"/readyz", [] { return route{ask_readiness{}}; }},
    {"/metrics", [] { return route{ask_metrics{}}; }},
    {"/v1/exchanges", [] { return route{ask_exchanges{}}; }},
    {"/v1/supervision", [] { return route{ask_supervision{}}; }},
}};

} // namespace

route find_admin_route(const net::http_request& request) {
  const auto path = std::string_view{request.target}.substr(0, request.target.find('?'));
  const auto found = std::ranges::find(admin_resources, path, &admin_resource::first);
  if (found == admin_resources.end()) {
    std::string names;
    for (const auto& [name, ask] : admin_resources)
      names += (names.empty() ? "" : ", ") + std::string{name};
    return net::problem(404, "No such resource", "there are " + names);
  }
  if (request.method == net::http_method::other)
    return method_refused(request);
  if (const auto refused = refuse_any(std::string_view{request.target}.substr(
          std::min(path.size() + 1, request.target.size()))))
    return bad_parameter(*refused);
  return found->second();
}

} // namespace tickboard
