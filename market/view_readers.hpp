#pragma once

#include "market/view_query.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

/// What reads each parameter of GET /v1/markets alone: into `out`, or says what is wrong.
namespace tickboard::view_readers {

using problem = std::optional<query_problem>;

/// Kinds that exchanges have. Those that no followed exchange has are legal, and empty.
inline constexpr std::array<std::string_view, 4> kinds{"future", "option", "perpetual", "spot"};

problem read_quotes(const std::string& name, const std::string& text, view_query& out);
problem read_exchanges(const std::string& name, const std::string& text, view_query& out);
problem read_bases(const std::string& name, const std::string& text, view_query& out);
problem read_categories(const std::string& name, const std::string& text, view_query& out);
problem read_kinds(const std::string& name, const std::string& text, view_query& out);
problem read_ids(const std::string& name, const std::string& text, view_query& out);
problem read_stale(const std::string& name, const std::string& text, view_query& out);
problem read_max_age(const std::string& name, const std::string& text, view_query& out);
problem read_sort(const std::string& name, const std::string& text, view_query& out);
problem read_page(const std::string& name, const std::string& text, view_query& out);
problem read_per_page(const std::string& name, const std::string& text, view_query& out);
problem read_around(const std::string& name, const std::string& text, view_query& out);
problem read_rows(const std::string& name, const std::string& text, view_query& out);
problem read_format(const std::string& name, const std::string& text, view_query& out);
problem read_words(const std::string& name, const std::string& text, view_query& out);
problem read_members(const std::string& name, const std::string& text, view_query& out);
problem read_explain(const std::string& name, const std::string& text, view_query& out);
/// Of min_<field> or max_<field>.
problem read_bound(const std::string& name, const std::string& text, view_query& out);

/// Only that there is a cursor: its token is read when its view is known.
problem note_cursor(const std::string& name, const std::string& text, view_query& out);
/// Only that there is a snapshot: its token is read when it is known what else is asked.
problem note_snapshot(const std::string& name, const std::string& text, view_query& out);

} // namespace tickboard::view_readers
