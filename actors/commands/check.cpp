#include "actors/commands/commands.hpp"
#include "adapters/config/settings.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>

namespace tickboard::commands {

void add_check(CLI::App& app, action& chosen) {
  auto* const command = app.add_subcommand("check", "Say whether a config file is right");
  struct options {
    std::string file;
    bool reference = false;
    bool page = false;
  };
  auto given = std::make_shared<options>();
  auto* const file = command->add_option("FILE", given->file, "the config file");
  auto* const reference = command->add_flag("--reference", given->reference,
                                            "print a config that explains every key instead");
  file->excludes(reference);
  command->add_flag("--markdown", given->page, "print that as a page: docs/configuration.md")
      ->needs(reference);
  command->callback([&chosen, given] {
    if (given->file.empty() && !given->reference)
      throw CLI::RequiredError("FILE or --reference");
    chosen = [given] {
      if (given->reference) {
        std::fputs((given->page ? config::reference_page() : config::reference()).c_str(), stdout);
        return 0;
      }
      const auto settings = config::load(given->file);
      if (!settings) {
        std::fprintf(stderr, "%s\n", settings.error().c_str());
        return 1;
      }
      std::printf("%s: right; %zu feed%s\n", given->file.c_str(), settings->feeds.size(),
                  settings->feeds.size() == 1 ? "" : "s");
      return 0;
    };
  });
}

} // namespace tickboard::commands
