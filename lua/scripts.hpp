#pragma once

#include <string_view>

namespace tickboard::lua {

// The text of each script of this folder; what it wants and answers is at its head.
extern const std::string_view view; // no scripts: put in front of others
extern const std::string_view tags;
extern const std::string_view order;
extern const std::string_view walk;
extern const std::string_view gather;
extern const std::string_view freeze;
extern const std::string_view rows;
extern const std::string_view write;
extern const std::string_view merge;
extern const std::string_view forget;
extern const std::string_view assets_page;
extern const std::string_view assets_filtered;
extern const std::string_view assets_named;
extern const std::string_view movers;
extern const std::string_view keep;
extern const std::string_view drop;
extern const std::string_view claim;
extern const std::string_view inspect;
extern const std::string_view mend;
extern const std::string_view recount;

} // namespace tickboard::lua
