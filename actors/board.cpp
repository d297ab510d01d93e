#include "actors/board.hpp"

#include "lua/scripts.hpp"

namespace tickboard {

namespace {

board::script_ptr script(std::string_view name, std::string_view text) {
  return std::make_shared<const redis::script>(name, text);
}

board::script_ptr view_script(std::string_view name, std::string_view text) {
  return script(name, std::string{lua::view} + std::string{text});
}

board::script_ptr order_script(std::string_view name, std::string_view text) {
  return script(name, std::string{lua::order} + std::string{text});
}

board::script_ptr asset_script(std::string_view name, std::string_view text) {
  return view_script(name, std::string{lua::tags} + std::string{text});
}

} // namespace

board::board(std::string_view prefix, const std::vector<std::string>& quotes)
    : layout(prefix, quotes), walk(view_script("walk", lua::walk)),
      gather(view_script("gather", lua::gather)), freeze(view_script("freeze", lua::freeze)),
      rows(script("rows", lua::rows)), write(script("write", lua::write)),
      merge(order_script("merge", lua::merge)), forget(order_script("forget", lua::forget)),
      assets(prefix), assets_page(script("assets_page", lua::assets_page)),
      assets_filtered(asset_script("assets_filtered", lua::assets_filtered)),
      assets_named(asset_script("assets_named", lua::assets_named)),
      movers(script("movers", lua::movers)), keep(script("keep", lua::keep)),
      drop(script("drop", lua::drop)), claim(script("claim", lua::claim)) {
}

std::vector<std::string> board::epochs() const {
  std::vector<std::string> out{assets.epoch};
  for (std::size_t i = 0; i < layout.size(); ++i)
    out.push_back(layout[i].epoch);
  return out;
}

} // namespace tickboard
