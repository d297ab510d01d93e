#pragma once

#include "market/result.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tickboard {

/// A page of markets as GET /v1/markets answers it in JSON, taken apart so that it can be compared
/// with a later one. Holds the text; what it hands out are parts of that. Never changed.
class live_page {
public:
  using text = std::shared_ptr<const std::string>;

  /// Fails if it is no such page: says where. Every row must have an `id`; of rows of the same
  /// market, which moved while a view was walked along, the first counts.
  static result<live_page> read(text body);

  const text& body() const noexcept { return body_; }

  /// Memory that it takes, the text included.
  std::size_t bytes() const noexcept;

private:
  friend std::string change_between(const live_page& before, const live_page& after);

  struct row {
    std::string_view id; ///< as JSON text
    std::string_view members;
  };

  text body_;
  std::vector<row> rows_;
  std::unordered_map<std::string_view, std::size_t> by_id_;
  std::vector<std::pair<std::string_view, std::string_view>> meta_; ///< members beside `data` ...
  std::string_view time_;                                           ///< ... but this one
};

/// What turns one page into a later one, as JSON:
///
///     {"meta":{"as_of_ms":N, members of the page besides `data` that changed},
///      "order":["id",...],          all ids, only if they or their order changed
///      "rows":{"id":{members that changed; all of a row that was not there}}}
///
/// A member that is not there any more is null. Rows that are not in a new order have left. Ages
/// (`age_ms`) are left out: they are `as_of_ms` less `received_ms`. Empty if nothing but ages and
/// the time changed.
std::string change_between(const live_page& before, const live_page& after);

} // namespace tickboard
