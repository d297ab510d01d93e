#pragma once

#include "market/query_text.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tickboard {

/// Which texts a parameter takes, as JSON Schema can say it.
struct value_form {
  enum class kind : std::uint8_t {
    whole,  ///< a whole number
    number, ///< any decimal number
    flag,   ///< true, false
    text,
    list, ///< texts between commas
  };

  kind is = kind::text;
  std::optional<double> least, most; ///< of numbers
  std::vector<std::string> values;   ///< of texts, or in a list: all there are; empty: any
  std::string pattern;               ///< of a text, or each in a list (ECMA-262); empty: any
  std::size_t max_length = 0;        ///< the same; characters; 0: any
  std::size_t max_items = 0;         ///< of a list
  bool may_be_empty = false;         ///< a list may be: as if it were not given
  std::string words{};               ///< for messages; empty: what the rest says, see in_words
};

// Forms that several parameters have.
value_form whole_number(std::uint32_t most); ///< from 1
value_form any_number();
value_form true_or_false();
value_form one_of(std::vector<std::string> values);
/// Each of these names, and each with a leading - to descend.
value_form sort_keys(const std::vector<std::string_view>& names);

/// A schema of JSON Schema 2020-12; with a default unless `otherwise` is empty.
std::string json_schema(const value_form& form, std::string_view otherwise = "");

/// A text that the form takes, as JSON has it.
std::string json_value(const value_form& form, std::string_view text);

/// What the form takes, for messages: "a whole number from 1 to 250".
std::string in_words(const value_form& form);

/// What a parameter of a resource is: the documentation reads it (GET /openapi.json), and readers
/// take their limits from where it has them.
struct parameter_note {
  std::string name;
  value_form takes;
  std::string meaning{};   ///< a sentence
  std::string example{};   ///< a legal value; empty: the one that counts otherwise
  std::string otherwise{}; ///< what counts if it is not given; empty: nothing
  bool required = false;
};

/// A parameter and how it is read into a query of its resource. What a reader refuses without
/// saying what is allowed is said to be what the form takes.
template <class Query>
struct parameter {
  using reader = std::optional<query_problem> (*)(const std::string& name, const std::string& text,
                                                  Query& out);
  parameter_note note;
  reader read;
};

template <class Query>
using parameter_table = std::vector<parameter<Query>>;

template <class Query>
std::vector<parameter_note> notes_of(const parameter_table<Query>& table) {
  std::vector<parameter_note> out;
  for (const auto& one : table)
    out.push_back(one.note);
  return out;
}

/// The names of a table, for messages. Of ranges, which have min_ and max_ in front of a field, all
/// are named together.
std::string names_of(const std::vector<parameter_note>& notes);

/// Reads each of `given`; those that the table does not have are refused.
template <class Query>
std::optional<query_problem> read_parameters(const parameter_table<Query>& table,
                                             const query_parameters& given, Query& out) {
  for (const auto& [name, text] : given) {
    const auto it =
        std::ranges::find_if(table, [&](const auto& one) { return one.note.name == name; });
    if (it == table.end())
      return query_problem{name, "is not a parameter of this resource", names_of(notes_of(table))};
    if (auto problem = it->read(name, text, out)) {
      if (problem->allowed.empty())
        problem->allowed = in_words(it->note.takes);
      return problem;
    }
  }
  return std::nullopt;
}

/// The first parameter that is required, and not given or empty.
template <class Query>
std::optional<query_problem> find_missing(const parameter_table<Query>& table,
                                          const query_parameters& given) {
  for (const auto& [note, read] : table)
    if (note.required && std::ranges::none_of(given, [&, &name = note.name](const auto& one) {
          return one.first == name && !one.second.empty();
        }))
      return query_problem{note.name, "is missing", in_words(note.takes), true};
  return std::nullopt;
}

/// Of a resource without parameters: nothing may be given.
std::optional<query_problem> refuse_any(std::string_view query);

} // namespace tickboard
