#include "actors/commands/asking.hpp"
#include "actors/commands/commands.hpp"
#include "actors/commands/page_table.hpp"
#include "actors/commands/waiting_get.hpp"
#include "adapters/terminal/terminal.hpp"
#include "market/query_text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>

namespace tickboard::commands {

namespace {

struct query_options {
  asking_options asking;
  std::string question;
  std::string format = "table";
  std::vector<std::string> columns;
};

/// What the target's query has as `wanted`; empty: nothing.
std::string parameter_in(std::string_view target, std::string_view wanted) {
  const auto question = target.find('?');
  if (question == target.npos)
    return {};
  const auto parameters = parse_query_string(target.substr(question + 1));
  if (!parameters)
    return {};
  for (const auto& [name, value] : *parameters)
    if (name == wanted)
      return value;
  return {};
}

/// The field that the target's `sort` names, without its sign.
std::string sort_in(std::string_view target) {
  const auto sort = parameter_in(target, "sort");
  return sort.substr(sort.starts_with('-') ? 1 : 0);
}

std::string table_text(const page_table& page) {
  const auto surface = terminal::look_at_stdout();
  const auto laid_out = lay_out(page.table, {surface.width, surface.colour});
  auto out = laid_out.text;
  if (!page.summary.empty())
    out += page.summary + '\n';
  if (laid_out.left_out != 0)
    out += fmt::format("{} more {} than fit: --columns chooses\n", laid_out.left_out,
                       laid_out.left_out == 1 ? "column" : "columns");
  return out;
}

result<std::string> text_of(const std::string& body, const query_options& options,
                            const std::string& target) {
  if (options.format == "json")
    return body.ends_with('\n') ? body : body + '\n';
  page_choice choice;
  choice.columns = options.columns;
  choice.sort = sort_in(target);
  choice.every = options.format == "csv";
  const auto page = table_of(body, choice);
  if (!page)
    return unexpected(page.error());
  return options.format == "csv" ? csv_of(page->table) : table_text(*page);
}

int ask_once(const query_options& options) {
  const auto fail = [](const std::string& problem, int status = exit_status::failed) {
    return fail_with("query", problem, status);
  };
  auto daemon = find_daemon(options.asking, false);
  if (!daemon)
    return fail(daemon.error());
  const auto target = target_of(options.question);
  if (const auto format = parameter_in(target, "format");
      options.format != "json" && (format == "csv" || format == "ndjson"))
    return fail(fmt::format("QUESTION: format={} is no page that can be shown as {}; here --format "
                            "csv makes a table of it, and --format json shows the answer as it is",
                            format, options.format));
  daemon->options.url = daemon->base + target;
  net::io_thread io;
  const auto reply = waiting_get(io, daemon->options);
  io.stop();
  if (!reply)
    return fail(reply.error());
  if (reply->status != 200)
    return fail(refusal_text(*reply), exit_status_of(*reply));
  const auto text = text_of(reply->body, options, target);
  if (!text)
    return fail(text.error());
  const auto written = terminal::write(*text);
  return written ? exit_status::done : fail(written.error());
}

} // namespace

void add_query(CLI::App& app, action& chosen) {
  auto* const command = app.add_subcommand("query", "Ask a running daemon for a page, as a table");
  auto given = std::make_shared<query_options>();
  command->add_option(
      "QUESTION", given->question,
      "what GET /v1/markets takes, as 'quote=USDT&sort=-volume_24h&per_page=20'; or "
      "another resource, as 'assets?category=meme', 'movers?window=1h', "
      "'markets/kraken:BTC-USD', '/api/v3/coins/list'");
  command->add_option("--format", given->format, "table, csv or json (the answer as it is)")
      ->check(CLI::IsMember({"table", "csv", "json"}))
      ->capture_default_str();
  command
      ->add_option("--columns", given->columns,
                   "members of the rows, separated by commas, in this order; by default a table "
                   "has the most telling ones, as many as fit, and csv has all")
      ->delimiter(',')
      ->allow_extra_args(false);
  add_asking_options(*command, given->asking);
  command->callback([&chosen, given] {
    if (given->format == "json" && !given->columns.empty())
      throw CLI::ValidationError("--columns", "has no meaning with --format json, which is the "
                                              "answer as it is; fields=... in QUESTION does that");
    chosen = [given] { return ask_once(*given); };
  });
}

} // namespace tickboard::commands
