#include "actors/commands/commands.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
  using namespace tickboard::commands;
  CLI::App app;
  action chosen;
  add_all(app, chosen);
  try {
    if (const auto problem = unknown_command(app, argc > 1 ? argv[1] : ""); !problem.empty()) {
      std::fprintf(stderr, "tickboard: %s\n", problem.c_str());
      return static_cast<int>(CLI::ExitCodes::RequiredError);
    }
    CLI11_PARSE(app, argc, argv);
    return chosen();
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "tickboard: %s\n", failure.what());
    return 1;
  }
}
