#pragma once

#include <string_view>

/// Files of this folder, as they were when the program was built.
namespace tickboard::web {

extern const std::string_view page;   ///< page.html; {{style}} and {{script}} stand for the others
extern const std::string_view style;  ///< style.css
extern const std::string_view script; ///< script.js

} // namespace tickboard::web
