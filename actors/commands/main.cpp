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
    CLI11_PARSE(app, argc, argv);
    return chosen();
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "tickboard: %s\n", failure.what());
    return 1;
  }
}
