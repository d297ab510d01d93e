#include "adapters/config/problems.hpp"

#include "adapters/config/text_values.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tickboard::config {

void problems::add(position at, std::string_view key, std::string_view what,
                   std::string_view allowed) {
  ++total_;
  const auto text =
      fmt::format("{}: {}{}{}", key, what, allowed.empty() ? "" : "; allowed: ", allowed);
  first_.push_back({at, one_line(text)});
  if (first_.size() >= 2 * max_problems)
    keep_first();
}

void problems::keep_first() {
  std::ranges::stable_sort(first_, {}, &problem::at);
  if (first_.size() > max_problems)
    first_.resize(max_problems);
}

std::string problems::render(std::string_view file) {
  keep_first();
  std::string out;
  for (const auto& each : first_)
    out += fmt::format("{}{}:{}:{}: {}", out.empty() ? "" : "\n", file, each.at.line,
                       each.at.column, each.text);
  if (total_ > first_.size())
    out += fmt::format("\n{}: ... and {} more", file, total_ - first_.size());
  return out;
}

} // namespace tickboard::config
