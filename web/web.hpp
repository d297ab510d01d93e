#pragma once

#include <span>
#include <string_view>

/// Files of this folder, as they were when the program was built.
namespace tickboard::web {

extern const std::string_view page;   ///< page.html; {{style}} and {{script}} stand for the others
extern const std::string_view style;  ///< style.css
extern const std::string_view script; ///< script.js

/// A file of the live board, as build.mjs made it.
struct board_file {
  std::string_view path; ///< of GET: "/", or one below /assets/
  std::string_view content_type;
  bool immutable; ///< the path changes with the text
  std::string_view text;
};

extern const std::span<const board_file> board_files;

} // namespace tickboard::web
