// usage: tickboard_papers MDOC_TEMPLATE DIRECTORY
// Writes the manual and the completions of the command line into DIRECTORY.
#include "actors/commands/commands.hpp"
#include "packaging/papers/papers.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <fstream>
#include <iterator>

namespace {

std::string read(const std::string& path) {
  std::ifstream file{path};
  file.exceptions(std::ios::failbit | std::ios::badbit);
  return {std::istreambuf_iterator<char>{file}, {}};
}

void write(const std::string& path, const std::string& text) {
  std::ofstream file{path};
  file.exceptions(std::ios::failbit | std::ios::badbit);
  file << text << std::flush;
}

} // namespace

int main(int argc, char** argv) {
  using namespace tickboard;
  if (argc != 3) {
    std::fprintf(stderr, "usage: tickboard_papers MDOC_TEMPLATE DIRECTORY\n");
    return 2;
  }
  try {
    CLI::App app;
    commands::action chosen;
    commands::add_all(app, chosen);
    const auto table = papers::read_commands(app);
    const std::string directory = argv[2];
    write(directory + "/tickboard.1", papers::manual(table, read(argv[1])));
    write(directory + "/tickboard.bash", papers::bash_completion(table));
    write(directory + "/_tickboard", papers::zsh_completion(table));
    write(directory + "/tickboard.fish", papers::fish_completion(table));
    return 0;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "tickboard_papers: %s\n", failure.what());
    return 1;
  }
}
