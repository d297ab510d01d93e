#include "adapters/exchange/normalize.hpp"

#include "actors/commands/commands.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>

namespace tickboard::commands {

namespace {

int normalize_file(const std::string& source_name, const std::string& file) {
  const auto source = exchange::find_recording_source(source_name);
  if (!source) {
    std::fprintf(stderr, "%s\n", source.error().c_str());
    return 1;
  }
  std::ifstream in{file, std::ios::binary};
  if (!in) {
    std::fprintf(stderr, "%s: cannot be read\n", file.c_str());
    return 1;
  }
  std::ios::sync_with_stdio(false);
  const auto report = exchange::normalize(*source->speaks, source->feed_name, in, std::cout, file);
  std::cout.flush();
  if (!report) {
    std::fprintf(stderr, "%s\n", report.error().c_str());
    return 1;
  }
  for (const auto& problem : report->problems)
    std::fprintf(stderr, "%s\n", problem.c_str());
  std::fprintf(stderr, "%llu frames, %llu tickers, %llu malformed\n",
               static_cast<unsigned long long>(report->frames),
               static_cast<unsigned long long>(report->tickers),
               static_cast<unsigned long long>(report->malformed));
  if (report->defects == 0)
    return 0;
  std::fprintf(stderr, "the decoder fails at %llu frames: a defect of tickboard\n",
               static_cast<unsigned long long>(report->defects));
  return 1;
}

} // namespace

void add_normalize(CLI::App& app, action& chosen) {
  auto* const command =
      app.add_subcommand("normalize", "Print what a recording says, one normalised ticker a line");
  struct options {
    std::string exchange, file;
  };
  auto given = std::make_shared<options>();
  command->add_option("EXCHANGE", given->exchange, "whose recording it is, e.g. binance")
      ->required();
  command->add_option("FILE", given->file, "JSON lines, as `tickboard record` writes them")
      ->required();
  command->callback([&chosen, given] {
    chosen = [given] { return normalize_file(given->exchange, given->file); };
  });
}

} // namespace tickboard::commands
