#include "adapters/redis/verify/asset_check.hpp"

#include "adapters/redis/verify/inspection.hpp"
#include "market/json_text.hpp"
#include "market/stored_row.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <set>

namespace tickboard::redis {

namespace {

constexpr std::string_view partition = "{:assets}";

class asset_check {
public:
  asset_check(conversation& on, const asset_keys& keys) : on_(on), keys_(keys) {}

  /// Everything that disagrees, as "symbol" and what; in order.
  std::set<std::pair<std::string, std::string>> run() {
    wrong_.clear();
    seen_.clear();
    rows_ = 0;
    const auto look_at = [this](const std::vector<std::string>& entries) {
      std::vector<std::string> symbols;
      for (std::size_t i = 0; i < entries.size(); i += 2)
        if (seen_.insert(entries[i]).second)
          symbols.push_back(entries[i]);
      for (std::size_t at = 0; at < symbols.size(); at += inspector::most_ids)
        look(std::span{symbols}.subspan(at, std::min(symbols.size() - at, inspector::most_ids)));
    };
    on_.scan("HSCAN", keys_.row, look_at);
    on_.scan("HSCAN", keys_.tags, look_at);
    for (const auto& index : keys_.by)
      on_.scan("ZSCAN", index, look_at);
    return wrong_;
  }

  std::size_t rows() const noexcept { return rows_; }

private:
  void look(std::span<const std::string> symbols) {
    call one;
    one.by_sha = inspector::inspect_script();
    auto& to = one.arguments;
    to.add(keys_.row);
    to.add(keys_.tags);
    for (const auto& index : keys_.by) // the first is that of symbols
      to.add(index);
    one.keys = 2 + keys_.by.size();
    for (const auto& symbol : symbols) {
      to.add(symbol);
      to.add(symbol);
    }
    on_.ask(std::move(one), [&](const reply& answer) {
      const auto width = 2 + keys_.by.size();
      for (std::size_t i = 0; (i + 1) * width <= answer.size(); ++i)
        judge(symbols[i], answer, i * width);
    });
  }

  void judge(const std::string& symbol, const reply& all, std::size_t at) {
    const auto add = [&](std::string what) { wrong_.emplace(symbol, std::move(what)); };
    const auto row = all[at], tags = all[at + 1];
    if (row.is_nil()) {
      add("it is in tags or an index, but there is no row");
      return;
    }
    ++rows_;
    const auto stored = read_stored_asset(symbol, row.text());
    if (!stored) {
      add(fmt::format("{}: {}", stored.error(), json_excerpt(row.text())));
      return;
    }
    if (tags.text() != stored->tags)
      add(fmt::format("tags: {} is there, its row says {}", json_excerpt(tags.text()),
                      json_excerpt(stored->tags)));
    for (std::size_t i = 0; i < asset_sort_field_count; ++i) {
      const auto& field = asset_sort_fields[i];
      const auto score = all[at + 2 + i];
      if (score.is_nil()) {
        add(fmt::format("by:{}: nothing is there, but there is a row", field.name));
        continue;
      }
      // Names and slugs stand at their places among all, which rows do not show.
      const auto there = std::strtod(std::string{score.text()}.c_str(), nullptr);
      if ((i == symbol_field || !field.is_text) && there != stored->scores[i])
        add(fmt::format("by:{}: {} is there, its row says {}", field.name, there,
                        stored->scores[i]));
    }
  }

  conversation& on_;
  const asset_keys& keys_;
  std::set<std::pair<std::string, std::string>> wrong_;
  std::set<std::string> seen_;
  std::size_t rows_ = 0;
};

} // namespace

void check_assets(conversation& on, const asset_keys& keys, const daemons& writing,
                  const waiting& wait, discovery& into) {
  asset_check check{on, keys};
  auto wrong = check.run();
  if (!wrong.empty()) {
    if (writing.any_lives)
      wait(between_looks);
    const auto again = check.run();
    std::erase_if(wrong, [&](const auto& one) { return !again.contains(one); });
  }
  into.report.assets = check.rows();
  for (const auto& [symbol, what] : wrong) {
    into.assets = true;
    into.found(std::string{partition}, symbol, what);
  }
}

} // namespace tickboard::redis
