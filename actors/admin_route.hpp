#pragma once

#include "actors/routes.hpp"

namespace tickboard {

/// As find_route, at the listener for operators (admin.listen): how the daemon does, and nothing of
/// the board.
route find_admin_route(const net::http_request& request);

} // namespace tickboard
