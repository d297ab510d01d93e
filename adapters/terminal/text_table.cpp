#include "adapters/terminal/text_table.hpp"

#include "adapters/terminal/text_width.hpp"

#include <algorithm>

namespace tickboard::terminal {

namespace {

constexpr std::size_t gap = 2;

std::string_view escape_of(tone is) {
  switch (is) {
  case tone::plain:
    return {};
  case tone::head:
    return "\x1b[1m";
  case tone::good:
    return "\x1b[32m";
  case tone::bad:
    return "\x1b[31m";
  case tone::faint:
    return "\x1b[2m";
  }
  return {};
}

/// One cell, made fit to be shown.
struct placed {
  std::string text;
  std::size_t width = 0;
  tone is = tone::plain;
};

placed place(std::string_view text, tone is, std::size_t limit) {
  placed out;
  out.text = shown_text(text);
  if (limit != 0)
    out.text = fitted(out.text, limit);
  out.width = width_of(out.text);
  out.is = is;
  return out;
}

} // namespace

std::string toned(std::string_view text, tone is, bool colour) {
  const auto escape = colour && !text.empty() ? escape_of(is) : std::string_view{};
  std::string out{escape};
  out += text;
  if (!escape.empty())
    out += "\x1b[0m";
  return out;
}

laid_out lay_out(const text_table& table, const layout& how) {
  std::vector<std::vector<placed>> lines(1 + table.rows.size());
  std::vector<std::size_t> widths;
  laid_out out;
  std::size_t total = 0;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const auto limit = c == 0 ? how.width : 0;
    std::vector<placed> cells{place(table.columns[c].head, tone::head, limit)};
    for (const auto& row : table.rows)
      cells.push_back(row[c].text.empty() ? place("-", tone::faint, limit)
                                          : place(row[c].text, row[c].is, limit));
    const auto width = std::ranges::max(cells, {}, &placed::width).width;
    const auto taken = total + (c == 0 ? 0 : gap) + width;
    if (how.width != 0 && taken > how.width) {
      out.left_out = table.columns.size() - c;
      break;
    }
    total = taken;
    widths.push_back(width);
    for (std::size_t i = 0; i < cells.size(); ++i)
      lines[i].push_back(std::move(cells[i]));
  }
  for (const auto& line : lines) {
    if (line.empty())
      break; // there are no columns
    for (std::size_t c = 0; c < line.size(); ++c) {
      const auto& one = line[c];
      const std::string padding(widths[c] - one.width, ' ');
      const auto text = toned(one.text, one.is, how.colour);
      if (c != 0)
        out.text.append(gap, ' ');
      out.text += table.columns[c].to_the_right ? padding + text : text + padding;
    }
    out.text.erase(out.text.find_last_not_of(' ') + 1);
    out.text += '\n';
  }
  return out;
}

} // namespace tickboard::terminal
