#pragma once

#include <string_view>

/// Files of this folder, as they were when the program was built.
namespace tickboard::built_in {

extern const std::string_view assets; ///< assets.csv

} // namespace tickboard::built_in
