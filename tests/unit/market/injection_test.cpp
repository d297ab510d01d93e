// Names that somebody else chose, of listings or of questions, stay values: in ids, keys, rows,
// tables, headers and problems.

#include "market/answer_text.hpp"
#include "market/canonical_id.hpp"
#include "market/csv.hpp"
#include "market/json_text.hpp"
#include "market/ticker.hpp"
#include "market/view_query.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <map>
#include <random>

using namespace tickboard;

namespace {

/// What gives ids, keys, rows, lines, headers and questions their structure, and what breaks texts.
constexpr std::string_view pieces[] = {"A",
                                       "B",
                                       "BTC",
                                       "-",
                                       "!",
                                       "&",
                                       "=",
                                       "&e=",
                                       "&b=",
                                       "..",
                                       "%",
                                       "%0d",
                                       "+",
                                       "\n",
                                       "\r",
                                       "\r\nX: y",
                                       "\t",
                                       " ",
                                       "\"",
                                       "\\",
                                       "'",
                                       "|",
                                       "{",
                                       "}",
                                       "*",
                                       ":",
                                       ",",
                                       ";",
                                       "<",
                                       ">",
                                       "/",
                                       "#",
                                       "$",
                                       "\x7f",
                                       "\x1b[2J",
                                       "\xC2\x85",
                                       "\xE2\x80\xA8",
                                       "\xF0\x9F\x92\xB0",
                                       "\xFF",
                                       "\xC3",
                                       "\xED\xA0\x80"};

class hostile_names {
public:
  std::string next() {
    std::string out;
    for (auto left = below(4); left >= 0; --left)
      // Mostly harmless ones, or hardly any name would be taken.
      out += below(3) != 0 ? pieces[static_cast<std::size_t>(below(8))]
                           : pieces[static_cast<std::size_t>(below(std::size(pieces)))];
    if (below(20) == 0)
      out.insert(static_cast<std::size_t>(below(out.size() + 1)), 1, '\0');
    return out;
  }
  std::int64_t below(std::size_t end) { return static_cast<std::int64_t>(random_() % end); }

private:
  std::mt19937_64 random_{20261125};
};

bool is_line(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x20; });
}

std::string in_capitals(std::string text) {
  to_upper(text);
  return text;
}

/// Bytes that are no UTF-8 become what JSON shows of them.
std::string as_shown(std::string_view text) {
  rapidjson::Document json;
  const auto quoted = json_string(text);
  json.Parse<rapidjson::kParseValidateEncodingFlag>(quoted.data(), quoted.size());
  REQUIRE(json.IsString());
  return {json.GetString(), json.GetStringLength()};
}

std::string member_text(const rapidjson::Value& row, const char* name) {
  return {row[name].GetString(), row[name].GetStringLength()};
}

void check_row(const market& one) {
  std::string row;
  append_row(row, one, {}, false, 1);
  CHECK(is_line(row));
  rapidjson::Document json;
  json.Parse<rapidjson::kParseValidateEncodingFlag>(row.data(), row.size());
  REQUIRE(json.IsObject());
  CHECK(json.MemberCount() + 1 == row_members().size()); // the age comes when it is shown
  CHECK(member_text(json, "id") == as_shown(one.id));
  CHECK(member_text(json, "base") == as_shown(one.base));
  CHECK(member_text(json, "quote") == as_shown(one.quote));

  answer_text lines{1, {view_format::ndjson, {}}};
  lines.add_row(row);
  const auto told = *lines.take();
  CHECK(std::ranges::count(told, '\n') == 1);

  answer_text table{1, {view_format::csv, {"id", "base", "stale"}}};
  table.add_row(row);
  table.add_row(row);
  const auto text = *table.take();
  csv_reader reader{text};
  csv_record record;
  REQUIRE(reader.next(record));
  for (int i = 0; i < 2; ++i) {
    REQUIRE(reader.next(record));
    CHECK(record.fields == std::vector<std::string>{as_shown(one.id), as_shown(one.base), "false"});
  }
  CHECK_FALSE(reader.next(record));
}

/// Everything that a question asks, so that different ones differ.
std::string meaning_of(const view_query& query) {
  std::string out;
  for (const auto* list :
       {&query.quotes, &query.exchanges, &query.bases, &query.categories, &query.kinds}) {
    out += fmt::format("[{}", list->exclude && !list->empty());
    for (const auto& value : list->values)
      out += fmt::format(" {}:{}", value.size(), value);
  }
  for (const auto& id : query.ids)
    out += fmt::format(" {}:{}", id.size(), id);
  return out + fmt::format(" around {}:{}", query.around.size(), query.around);
}

} // namespace

TEST_CASE("a market's name is a value wherever it is written, or no market's name") {
  hostile_names names;
  int taken = 0;
  for (int round = 0; round < 20'000; ++round) {
    const auto base = names.next(), quote = names.next(), native = names.next();
    const auto made = make_market("x", base, quote, native);
    if (!made) {
      CHECK(is_line(made.error()));
      continue;
    }
    ++taken;
    const auto& one = **made;
    // Ids, as requests and cursors take them apart.
    const auto colon = one.id.find(':'), dash = one.id.rfind('-');
    CHECK(one.id.substr(0, colon) == "x");
    CHECK(one.id.substr(colon + 1, dash - colon - 1) == in_capitals(base));
    CHECK(one.id.substr(dash + 1) == in_capitals(quote));
    CHECK(canonical_id(one.id) == one.id);
    // Members of sorted sets and hashes: BASE|id, exchange|quote (lua/README.md).
    for (const auto& part : {one.id, one.base, one.quote, one.native}) {
      CHECK(part.find_first_of("|{},*\"\\") == std::string::npos);
      CHECK(is_line(part));
    }
    if (taken <= 2'000)
      check_row(one);
  }
  CHECK(taken > 2'000);
}

TEST_CASE("what a question names stays in its place, or is refused in one line") {
  hostile_names names;
  std::map<std::string, std::string> meanings; // by what makes two questions the same
  int taken = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    query_parameters given;
    for (const auto* name : {"quote", "exchange", "base", "category", "ids", "around"})
      if (names.below(3) == 0) {
        given.emplace_back(name, names.next());
        text += fmt::format("{}{}=", text.empty() ? "" : "&", name);
        append_query_value(text, given.back().second);
      }
    REQUIRE(parse_query_string(text) == given);
    const auto query = parse_view_query(given);
    if (!query) {
      CHECK(is_line(json_string(query.error().detail)));
      CHECK(is_line(query.error().parameter));
      continue;
    }
    ++taken;
    const auto [known, fresh] = meanings.emplace(query->canonical(), meaning_of(*query));
    CHECK_MESSAGE(known->second == meaning_of(*query), known->first);
    // As it stands in a Link header.
    const auto target = page_target(*query, 1);
    CHECK(is_line(target));
    CHECK(target.find_first_of(" <>\"\x7f") == std::string::npos);
  }
  CHECK(taken > 2'000);
}

TEST_CASE("questions that differ are different, also where a name looks like what follows it") {
  const auto ask = [](std::string ids, std::string around) {
    const auto query = parse_view_query({{"ids", std::move(ids)}, {"around", std::move(around)}});
    REQUIRE(query);
    return query->canonical();
  };
  for (const auto* separator : {"&", "|", " ", ";"}) {
    // What stands between an id and the market that its page is to hold.
    const auto plain = ask("P", "Q");
    auto between = plain.substr(plain.find("i=P") + 3, plain.rfind('Q') - plain.find("i=P") - 3);
    std::ranges::replace(between, '|', *separator);
    if (parse_view_query({{"ids", "P" + between + "Q"}}))
      CHECK(ask("P", "Q" + between + "R") != ask("P" + between + "Q", "R"));
  }
}

TEST_CASE("characters are as long as UTF-8 has them, and nothing else is one") {
  const auto encoded_as = [](std::uint32_t code, std::size_t length) {
    std::string out(length, '\0');
    for (auto i = length; i-- > 1; code >>= 6)
      out[i] = static_cast<char>(0x80 | (code & 0x3F));
    out[0] = static_cast<char>(length == 1   ? code
                               : length == 2 ? 0xC0 | code
                               : length == 3 ? 0xE0 | code
                                             : 0xF0 | code);
    return out;
  };
  std::size_t wrong = 0;
  const auto check = [&wrong](const std::string& text, std::size_t length) {
    wrong += utf8_length(text) == length && utf8_length(text + "a") == length ? 0 : 1;
    for (std::size_t cut = 1; cut < text.size(); ++cut)
      wrong += utf8_length(std::string_view{text}.substr(0, cut)) == 0 ? 0 : 1;
  };
  for (std::uint32_t code = 0; code < 0x20'0000; ++code) {
    const std::size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1'0000 ? 3 : 4;
    const bool is_one = code <= 0x10'FFFF && (code < 0xD800 || code > 0xDFFF);
    check(encoded_as(code, length), is_one ? length : 0);
    for (auto longer = length + 1; longer <= 4; ++longer)
      check(encoded_as(code, longer), 0);
  }
  for (unsigned lead = 0x80; lead < 0x100; ++lead) {
    const std::string begin(1, static_cast<char>(lead));
    wrong += lead >= 0xC2 && lead <= 0xF4 ? 0 : utf8_length(begin + "\x80\x80\x80") != 0;
    wrong += utf8_length(begin + "a\x80\x80") != 0; // no continuation
  }
  CHECK(wrong == 0);
}
