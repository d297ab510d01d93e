#include "adapters/exchange/normalize.hpp"

#include "adapters/exchange/recording.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <unordered_map>
#include <utility>

namespace tickboard::exchange {

namespace {

/// Venues that speak another one's protocol.
constexpr std::array<std::pair<std::string_view, std::string_view>, 1> shared_protocols{
    {{"binanceus", "binance"}}};

class normalizer {
public:
  normalizer(const protocol& speaks, std::string_view feed_name, std::string_view name)
      : speaks_(speaks), feed_name_(feed_name), name_(name) {}

  /// Appends the lines of a frame to `out`.
  void add(recorded_frame& frame, std::uint64_t line, std::string& out) {
    ++report.frames;
    try {
      decode(frame, line);
    } catch (const std::exception& defect) {
      ++report.defects;
      note(line, fmt::format("the decoder fails: exception: {}", defect.what()));
      return;
    }
    for (const auto& patch : decoded_.patches)
      append_patch_line(out, patch, line);
    report.tickers += decoded_.patches.size();
    report.ignored += decoded_.ignored;
    report.malformed += decoded_.malformed;
    if (decoded_.malformed != 0)
      note(line, decoded_.first_problem);
  }

  normalize_report report;

private:
  void decode(recorded_frame& frame, std::uint64_t line) {
    const symbol_table symbols(markets_of(frame.frame, line));
    const auto received_ms = static_cast<std::int64_t>(frame.t.value_or(0) * 1000);
    decoded_.clear();
    speaks_.decode({frame.frame.data(), frame.frame.size()}, received_ms, symbols, decoded_);
  }

  void note(std::uint64_t line, std::string_view problem) {
    if (report.problems.size() < normalize_report::max_problems)
      report.problems.push_back(fmt::format("{}:{}: {}", name_, line, problem));
  }

  /// The markets of one frame's tickers: small, where a table of the whole recording would have to
  /// be made anew with every symbol that turns up.
  std::vector<market_ptr> markets_of(std::string_view frame, std::uint64_t line) {
    std::vector<market_ptr> out;
    for (const auto& native : speaks_.symbols_in(frame)) {
      const auto [it, fresh] = markets_.try_emplace(native);
      if (fresh) {
        if (auto made = speaks_.market_from_symbol(native, feed_name_))
          it->second = std::move(*made);
        else
          note(line, made.error());
      }
      if (it->second)
        out.push_back(it->second);
      else
        ++report.unknown_symbols;
    }
    return out;
  }

  const protocol& speaks_;
  std::string feed_name_, name_;
  std::unordered_map<std::string, market_ptr> markets_; // null: the symbol names no market
  decoded decoded_;
};

} // namespace

result<recording_source> find_recording_source(std::string_view name) {
  auto spoken = name;
  for (const auto& [venue, protocol_name] : shared_protocols)
    if (venue == name)
      spoken = protocol_name;
  if (const auto* const found = find_protocol(spoken))
    return recording_source{found, std::string(name)};
  auto names = protocol_names();
  for (const auto& one : shared_protocols)
    names.emplace_back(one.first);
  return unexpected(
      fmt::format("there is no exchange \"{}\"; there are {}", name, fmt::join(names, ", ")));
}

result<normalize_report> normalize(const protocol& speaks, std::string_view feed_name,
                                   std::istream& recording, std::ostream& out,
                                   std::string_view name) {
  normalizer work(speaks, feed_name, name);
  recording_reader reader(recording, std::string(name));
  recorded_frame frame;
  std::string lines;
  while (true) {
    const auto more = reader.next(frame);
    if (!more)
      return unexpected(more.error());
    if (!*more)
      break;
    if (!frame.incoming)
      continue;
    lines.clear();
    work.add(frame, reader.line(), lines);
    if (!out.write(lines.data(), static_cast<std::streamsize>(lines.size())))
      return unexpected(fmt::format("{}:{}: its tickers cannot be written", name, reader.line()));
  }
  work.report.lines = reader.line();
  return std::move(work.report);
}

} // namespace tickboard::exchange
