#include "market/page_change.hpp"

#include "market/flat_json.hpp"
#include "market/view_shape.hpp"

#include <algorithm>

namespace tickboard {

namespace {

using named_value = std::pair<std::string_view, std::string_view>;

constexpr std::string_view time_member = "\"as_of_ms\"";

/// Steps over JSON that we wrote ourselves: no spaces, well formed, or cut off.
class json_steps {
public:
  explicit json_steps(std::string_view text) : text_(text) {}

  std::size_t at() const noexcept { return at_; }
  bool take(char wanted) noexcept {
    if (at_ >= text_.size() || text_[at_] != wanted)
      return false;
    ++at_;
    return true;
  }

  /// The value that begins here, of any kind; empty if there is none.
  std::string_view value() noexcept {
    const auto begin = at_;
    std::size_t depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        at_ = json_text_end(text_, at_);
      } else if (c == '{' || c == '[') {
        ++depth;
        ++at_;
      } else if (c == '}' || c == ']' || c == ',') {
        if (depth == 0)
          break;
        ++at_;
        if (c != ',')
          --depth;
      } else {
        ++at_;
        continue;
      }
      if (depth == 0)
        break;
    }
    // A number, true, false or null goes on to what ends it.
    return text_.substr(begin, at_ - begin);
  }

private:
  std::string_view text_;
  std::size_t at_ = 0;
};

void append_member(std::string& out, std::string_view name, std::string_view value) {
  if (out.back() != '{')
    out.push_back(',');
  out.push_back('"');
  out.append(name).append("\":").append(value);
}

/// Both are rows of one market.
bool differ_in_age_alone(std::string_view before, std::string_view after) {
  constexpr std::string_view age = ",\"age_ms\":";
  const auto cut = [&](std::string_view row) {
    const auto at = row.find(age);
    if (at == row.npos)
      return std::pair{row, std::string_view{}};
    const auto end = std::min(row.find_first_of(",}", at + age.size()), row.size());
    return std::pair{row.substr(0, at), row.substr(end)};
  };
  return cut(before) == cut(after);
}

std::vector<named_value> members_of(std::string_view row) {
  std::vector<named_value> out;
  each_member(row, [&](std::string_view name, std::string_view value) {
    if (name != age_member)
      out.emplace_back(name, value);
  });
  return out;
}

/// Members in `after` that `before` does not have, or not so; null for those that have gone. Pages
/// have their members in the same order mostly: looked for from where the last was.
void append_changed(std::string& out, const std::vector<named_value>& before,
                    const std::vector<named_value>& after) {
  std::size_t at = 0, met = 0;
  for (const auto& one : after) {
    if (at >= before.size() || before[at].first != one.first) {
      const auto it = std::ranges::find(before, one.first, &named_value::first);
      if (it == before.end()) {
        append_member(out, one.first, one.second);
        continue;
      }
      at = static_cast<std::size_t>(it - before.begin());
    }
    if (before[at].second != one.second)
      append_member(out, one.first, one.second);
    ++at;
    ++met;
  }
  if (met == before.size())
    return;
  for (const auto& one : before)
    if (std::ranges::find(after, one.first, &named_value::first) == after.end())
      append_member(out, one.first, "null");
}

} // namespace

result<live_page> live_page::read(text body) {
  live_page out;
  out.body_ = std::move(body);
  json_steps steps{*out.body_};
  const auto fail = [&](std::string_view what) {
    return unexpected("no page of markets: " + std::string{what} + " at byte " +
                      std::to_string(steps.at()));
  };
  if (!steps.take('{'))
    return fail("no object");
  do {
    const auto name = steps.value();
    if (name.size() < 2 || name.front() != '"' || !steps.take(':'))
      return fail("no member");
    if (name != "\"data\"") {
      const auto value = steps.value();
      if (value.empty())
        return fail("no value");
      if (name == time_member)
        out.time_ = value;
      else
        out.meta_.emplace_back(name.substr(1, name.size() - 2), value);
      continue;
    }
    if (!steps.take('['))
      return fail("no list of rows");
    for (bool first = true; !steps.take(']'); first = false) {
      if (!first && !steps.take(','))
        return fail("no end of a row");
      row one;
      one.members = steps.value();
      one.id = member_of(one.members, "id");
      if (one.id.empty())
        return fail("a row without an id");
      if (out.by_id_.emplace(one.id, out.rows_.size()).second)
        out.rows_.push_back(one);
    }
  } while (steps.take(','));
  if (!steps.take('}') || steps.at() != out.body_->size())
    return fail("no end");
  return out;
}

std::size_t live_page::bytes() const noexcept {
  constexpr std::size_t each = sizeof(row) + 64; // with its place in the table
  return sizeof(live_page) + body_->capacity() + rows_.capacity() * each +
         meta_.capacity() * sizeof(named_value);
}

std::string change_between(const live_page& before, const live_page& after) {
  std::string meta = "{", rows = "{", order;
  append_changed(meta, before.meta_, after.meta_);

  bool moved = before.rows_.size() != after.rows_.size();
  for (std::size_t i = 0; i < after.rows_.size(); ++i) {
    const auto& row = after.rows_[i];
    moved = moved || before.rows_[i].id != row.id;
    const auto it = before.by_id_.find(row.id);
    std::string changed = "{";
    if (it == before.by_id_.end())
      append_changed(changed, {}, members_of(row.members));
    else if (const auto& old = before.rows_[it->second].members;
             !differ_in_age_alone(old, row.members))
      append_changed(changed, members_of(old), members_of(row.members));
    if (changed.size() == 1)
      continue;
    changed.push_back('}');
    append_member(rows, row.id.substr(1, row.id.size() - 2), changed);
  }
  if (meta.size() == 1 && rows.size() == 1 && !moved)
    return {};

  if (!after.time_.empty())
    append_member(meta, time_member.substr(1, time_member.size() - 2), after.time_);
  std::string out = "{\"meta\":" + meta + "}";
  if (moved) {
    out.append(",\"order\":[");
    for (const auto& row : after.rows_) {
      if (out.back() != '[')
        out.push_back(',');
      out.append(row.id);
    }
    out.push_back(']');
  }
  if (rows.size() > 1)
    out.append(",\"rows\":").append(rows).push_back('}');
  out.push_back('}');
  return out;
}

} // namespace tickboard
