#include "market/asset_csv.hpp"

#include "market/asset_fields.hpp"
#include "market/csv.hpp"
#include "market/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tickboard {

namespace {

constexpr std::size_t max_problems = 100;

std::string_view trim(std::string_view text) {
  const auto begin = std::min(text.find_first_not_of(" \t"), text.size());
  const auto end = text.find_last_not_of(" \t");
  return text.substr(begin, end == text.npos ? 0 : end + 1 - begin);
}

std::string column_names() {
  std::string out;
  for (const auto& one : asset_fields())
    out += (out.empty() ? "" : ", ") + std::string{one.name};
  return out;
}

class asset_reader {
public:
  asset_reader(std::string_view text, std::string_view file) : lines_(text), file_(file) {}

  result<asset_catalogue_ptr> read() {
    csv_record record;
    if (lines_.next(record))
      read_header(record);
    else
      add(record.line, "header", lines_.problem().empty() ? "is missing" : lines_.problem(),
          "names of columns: " + column_names());
    if (total_ == 0) {
      while (lines_.next(record))
        read_row(record);
      if (!lines_.problem().empty())
        add_problem(fmt::format("{}:{}: the record {}", file_, record.line, lines_.problem()));
    }
    if (total_ == 0)
      return std::move(assets_).build();
    if (total_ > max_problems)
      problems_ += fmt::format("\n{}: and {} more problems", file_, total_ - max_problems);
    return unexpected(problems_);
  }

private:
  void read_header(const csv_record& record) {
    for (const auto& field : record.fields) {
      const auto name = trim(field);
      const auto found = std::ranges::find(asset_fields(), name, &asset_field::name);
      const auto* const known = found == asset_fields().end() ? nullptr : &*found;
      if (!known)
        add(record.line, json_excerpt(name), "is not a column that assets have", column_names());
      else if (std::ranges::count(order_, known) > 0)
        add(record.line, name, "is there twice", "each column once");
      order_.push_back(known);
    }
    for (const auto& one : asset_fields())
      if (one.required && std::ranges::count(order_, &one) == 0)
        add(record.line, one.name, "is missing", "a column with this name");
  }

  void read_row(const csv_record& record) {
    if (record.fields.size() != order_.size()) {
      add(record.line, "record", fmt::format("has {} fields", record.fields.size()),
          fmt::format("{}, one for each column of the first line", order_.size()));
      return;
    }
    asset one;
    for (std::size_t i = 0; i < order_.size(); ++i) {
      const auto value = trim(record.fields[i]);
      if (order_[i]->set(one, value))
        continue;
      add(record.line, order_[i]->name, json_excerpt(value) + " is not a number that can be kept",
          fmt::format("digits and perhaps a point, at most {} characters, or nothing",
                      decimal::max_length));
      return;
    }
    if (const auto problem = assets_.add(std::move(one)))
      add(record.line, problem->field, problem->what, problem->allowed);
  }

  void add(std::size_t line, std::string_view what, std::string_view problem,
           std::string_view allowed) {
    add_problem(fmt::format("{}:{}: {}: {}; allowed: {}", file_, line, what, problem, allowed));
  }

  void add_problem(const std::string& text) {
    if (++total_ <= max_problems)
      problems_ += (problems_.empty() ? "" : "\n") + text;
  }

  csv_reader lines_;
  std::string_view file_;
  std::vector<const asset_field*> order_;
  catalogue_builder assets_;
  std::string problems_;
  std::size_t total_ = 0;
};

} // namespace

result<asset_catalogue_ptr> parse_asset_csv(std::string_view text, std::string_view file) {
  return asset_reader{text, file}.read();
}

std::string to_csv(const asset_catalogue& catalogue) {
  std::string out;
  for (const auto& one : asset_fields())
    out += (out.empty() ? "" : ",") + std::string{one.name};
  out += '\n';
  for (const auto& one : catalogue.assets()) {
    for (const auto& field : asset_fields()) {
      append_csv_field(out, field.get(one));
      out += &field == &asset_fields().back() ? '\n' : ',';
    }
  }
  return out;
}

} // namespace tickboard
