#include "actors/commands/status_text.hpp"

#include "adapters/terminal/text_width.hpp"

#include <fmt/format.h>
#include <rapidjson/document.h>

#include <array>
#include <optional>
#include <vector>

namespace tickboard::commands {

namespace {

using terminal::tone;

constexpr std::size_t most_named = 8;     ///< markets or symbols
constexpr double recent_ms = 10 * 60'000; ///< errors of a connection that is live again

/// A member that must be there, of this kind; else the body is none of ours.
struct foreign_body {};

const rapidjson::Value& member(const rapidjson::Value& object, const char* name) {
  if (!object.IsObject())
    throw foreign_body{};
  const auto found = object.FindMember(name);
  if (found == object.MemberEnd())
    throw foreign_body{};
  return found->value;
}

std::string text(const rapidjson::Value& object, const char* name) {
  const auto& value = member(object, name);
  if (value.IsNull())
    return {};
  if (!value.IsString())
    throw foreign_body{};
  return {value.GetString(), value.GetStringLength()};
}

double number(const rapidjson::Value& object, const char* name) {
  const auto& value = member(object, name);
  if (!value.IsNumber())
    throw foreign_body{};
  return value.GetDouble();
}

std::uint64_t whole(const rapidjson::Value& object, const char* name) {
  const auto& value = member(object, name);
  if (!value.IsUint64())
    throw foreign_body{};
  return value.GetUint64();
}

std::string time_or_none(const rapidjson::Value& object, const char* name) {
  const auto& value = member(object, name);
  return value.IsNumber() ? brief_time(static_cast<std::int64_t>(value.GetDouble())) : "";
}

const rapidjson::Value& list(const rapidjson::Value& object, const char* name) {
  const auto& value = member(object, name);
  if (!value.IsArray())
    throw foreign_body{};
  return value;
}

rapidjson::Document parsed(const std::string& body) {
  rapidjson::Document out;
  out.Parse<rapidjson::kParseIterativeFlag>(body.data(), body.size());
  if (out.HasParseError())
    throw foreign_body{};
  return out;
}

std::string counted(std::uint64_t count, const char* one, const char* many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

struct totals {
  std::uint64_t connections = 0;
  std::uint64_t live = 0;
  std::uint64_t markets = 0;
  std::uint64_t mute = 0;
  double frames_per_second = 0;
};

/// Collects what is shown, feed by feed.
class picture {
public:
  void add(const rapidjson::Value& feed) {
    const auto name = text(feed, "exchange");
    const auto state = text(feed, "state");
    const auto& connections = list(feed, "connections");
    ++feeds_;
    sum_.markets += whole(feed, "markets");
    if (const auto problem = text(feed, "problem"); !problem.empty())
      problems_.push_back(fmt::format("{}: {}", name, problem));
    if (const auto unmatched = whole(feed, "unmatched"); unmatched != 0)
      problems_.push_back(fmt::format("{} lists nothing for {}", name,
                                      names(feed, "unmatched_symbols", unmatched)));
    if (connections.Empty()) // it has not got so far
      table_.rows.push_back({{name}, {}, {state, tone::bad}, {}, {}, {}, {}, {}, {}});
    for (const auto& one : connections.GetArray())
      add(name, one);
  }

  const totals& sum() const { return sum_; }
  std::uint64_t feeds() const { return feeds_; }
  const terminal::text_table& table() const { return table_; }
  const std::vector<std::string>& problems() const { return problems_; }

private:
  void add(const std::string& feed, const rapidjson::Value& one) {
    const auto state = text(one, "state");
    const auto mute = whole(one, "mute");
    const auto restarts = whole(one, "restarts");
    const auto rate = number(one, "frames_per_second");
    const bool is_live = state == "live";
    ++sum_.connections;
    sum_.live += is_live ? 1 : 0;
    sum_.mute += mute;
    sum_.frames_per_second += rate;
    const auto where = fmt::format("{}/{}", feed, whole(one, "connection"));
    table_.rows.push_back({{feed},
                           {fmt::format("{}", whole(one, "connection"))},
                           {state, is_live ? tone::good : tone::bad},
                           {time_or_none(one, "uptime_ms")},
                           {time_or_none(one, "last_frame_age_ms")},
                           {fmt::format("{:.1f}", rate)},
                           {fmt::format("{}", restarts)},
                           {fmt::format("{}", whole(one, "markets"))},
                           {fmt::format("{}", mute), mute == 0 ? tone::plain : tone::bad}});
    if (const auto waits_for = text(one, "waits_for"); !waits_for.empty())
      problems_.push_back(fmt::format("{} waits for {}", where, waits_for));
    if (const auto error = text(one, "last_error");
        !error.empty() && (!is_live || number(one, "last_error_age_ms") < recent_ms))
      problems_.push_back(
          fmt::format("{}, {} ago: {}", where, time_or_none(one, "last_error_age_ms"), error));
    if (const auto rejected = whole(one, "rejected"); rejected != 0)
      problems_.push_back(
          fmt::format("{} is refused {}", where, counted(rejected, "market", "markets")));
    if (mute != 0)
      problems_.push_back(
          fmt::format("{} gets nothing of {}", where, names(one, "mute_markets", mute)));
  }

  static std::string names(const rapidjson::Value& one, const char* of, std::uint64_t count) {
    std::string out;
    std::size_t named = 0;
    for (const auto& name : list(one, of).GetArray()) {
      if (!name.IsString())
        throw foreign_body{};
      if (named == most_named)
        break;
      out.append(named++ == 0 ? "" : ", ").append(name.GetString(), name.GetStringLength());
    }
    if (named < count)
      out += fmt::format("{}{} more", named == 0 ? "" : " and ", count - named);
    return out;
  }

  totals sum_;
  std::uint64_t feeds_ = 0;
  terminal::text_table table_{{{"feed", false},
                               {"connection", true},
                               {"state", false},
                               {"up", true},
                               {"last data", true},
                               {"frames/s", true},
                               {"restarts", true},
                               {"markets", true},
                               {"mute", true}},
                              {}};
  std::vector<std::string> problems_;
};

/// Adds lines no wider than the terminal.
class page {
public:
  explicit page(const terminal::layout& how) : how_(how) {}

  void line(std::string_view what, tone is = tone::plain) {
    auto shown = terminal::shown_text(what);
    if (how_.width != 0)
      shown = terminal::fitted(shown, how_.width);
    text += terminal::toned(shown, is, how_.colour) + '\n';
  }

  std::string text;

private:
  terminal::layout how_;
};

std::string assets_line(const rapidjson::Value& health) {
  const auto& metadata = member(health, "metadata");
  auto out = fmt::format("assets: {}, {}", text(metadata, "state"),
                         counted(whole(metadata, "assets"), "asset", "assets"));
  if (const auto source = text(metadata, "source"); !source.empty())
    out += " from " + source;
  if (const auto age = time_or_none(metadata, "age_ms"); !age.empty())
    out += fmt::format(", read {} ago", age);
  if (const auto problem = text(metadata, "problem"); !problem.empty())
    out += ": " + problem;
  return out;
}

} // namespace

std::string brief_time(std::int64_t ms) {
  if (ms < 1'000)
    return fmt::format("{}ms", std::max<std::int64_t>(ms, 0));
  if (ms < 59'950)
    return fmt::format("{:.1f}s", static_cast<double>(ms) / 1'000);
  const auto s = (ms + 500) / 1'000;
  if (s < 3'600)
    return fmt::format("{}m{:02}s", s / 60, s % 60);
  if (s < 86'400)
    return fmt::format("{}h{:02}m", s / 3'600, s / 60 % 60);
  return fmt::format("{}d{:02}h", s / 86'400, s / 3'600 % 24);
}

result<std::string> status_text(const daemon_state& told, const terminal::layout& how) try {
  const auto exchanges = parsed(told.exchanges);
  const auto health = parsed(told.health);
  picture all;
  for (const auto& feed : list(exchanges, "data").GetArray())
    all.add(feed);
  const auto& sum = all.sum();
  page out{how};
  if (told.not_ready.empty())
    out.line(fmt::format("{}: pages are served", told.base), tone::good);
  else
    out.line(fmt::format("{}: no pages: {}", told.base, told.not_ready), tone::bad);
  out.line(fmt::format("{}, {} of {} live, {}, {} mute, {:.1f} frames/s",
                       counted(all.feeds(), "feed", "feeds"), sum.live,
                       counted(sum.connections, "connection", "connections"),
                       counted(sum.markets, "market", "markets"), sum.mute, sum.frames_per_second));
  const auto metadata_state = text(member(health, "metadata"), "state");
  out.line(assets_line(health), metadata_state == "ok" ? tone::plain : tone::bad);
  if (const auto problem = text(member(health, "config"), "problem"); !problem.empty())
    out.line("config: " + problem, tone::bad);
  out.line("");
  out.text += lay_out(all.table(), how).text;
  if (!all.problems().empty())
    out.line("");
  for (const auto& problem : all.problems())
    out.line(problem, tone::bad);
  return std::move(out.text);
} catch (const foreign_body&) {
  return unexpected(told.base + " does not answer as a tickboard daemon of this version does");
}

} // namespace tickboard::commands
