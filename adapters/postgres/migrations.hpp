#pragma once

#include <string_view>

namespace tickboard::postgres::migrations {

// The text of each file in migrations/; schema.cpp says which version each one makes.
extern const std::string_view m0001_assets;
extern const std::string_view m0002_rules;

} // namespace tickboard::postgres::migrations
