#pragma once

#include "market/query_text.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Readers for any table of parameters. They leave it to the table to say what is allowed.
namespace tickboard {

/// "is wrong": without saying what is allowed.
std::optional<query_problem> refuse(const std::string& name, std::string detail);

/// For what is accepted and changes nothing here, such as the key of an account elsewhere.
template <class Query>
std::optional<query_problem> ignore_parameter(const std::string&, const std::string&, Query&) {
  return std::nullopt;
}

/// true or false; also as Python writes them, True and False.
std::optional<query_problem> read_boolean(const std::string& name, std::string_view text,
                                          bool& out);

template <class Query, bool Query::*Member>
std::optional<query_problem> read_boolean_of(const std::string& name, const std::string& text,
                                             Query& out) {
  return read_boolean(name, text, out.*Member);
}

/// A whole number from 1 to `Most`.
template <class Query, std::uint32_t Most, std::uint32_t Query::*Member>
std::optional<query_problem> read_count_of(const std::string& name, const std::string& text,
                                           Query& out) {
  return read_number(name, text, Most, out.*Member);
}

/// The values between commas, without blanks around them and without doubles. Empty ones, and more
/// than `most`, are refused; an empty text is no list.
std::optional<query_problem> read_values(const std::string& name, std::string_view text,
                                         std::size_t most, std::vector<std::string>& out);

} // namespace tickboard
