#include "actors/static_document.hpp"
#include "web/web.hpp"

#include <map>

namespace tickboard {

namespace {

/// The board loads its own files and asks the API; style sheets of elements are set by its script.
constexpr std::string_view policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

static_document make_file(const web::board_file& file) {
  std::vector<std::pair<std::string, std::string>> headers{
      {"X-Content-Type-Options", "nosniff"},
      {"Cache-Control", file.immutable ? "max-age=31536000, immutable" : "no-cache"}};
  if (!file.immutable) {
    headers.emplace_back("Content-Security-Policy", policy);
    headers.emplace_back("Referrer-Policy", "no-referrer");
  }
  return {file.content_type, std::string{file.text}, std::move(headers)};
}

} // namespace

const static_document* board_file(std::string_view path) {
  static const auto all = [] {
    std::map<std::string_view, static_document> out;
    for (const auto& file : web::board_files)
      out.emplace(file.path, make_file(file));
    return out;
  }();
  const auto found = all.find(path);
  return found == all.end() ? nullptr : &found->second;
}

} // namespace tickboard
