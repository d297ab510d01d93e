#include "actors/commands/asking.hpp"

#include "adapters/config/settings.hpp"
#include "adapters/files/whole_file.hpp"
#include "adapters/net/url.hpp"
#include "adapters/terminal/text_width.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <cstdlib>

namespace tickboard::commands {

const char* const asking_help =
    "Environment: TICKBOARD_URL is the daemon where neither --url nor --config says it;\n"
    "TICKBOARD_API_KEY is the API key where no --key-file has one: on the command line everybody\n"
    "on the machine could read it; NO_COLOR wants no colour.\n"
    "Exit status: 0 done; 1 nobody answers, or the answer cannot be read or written; 2 the daemon\n"
    "refuses the question; 3 it cannot answer now (429, 5xx); above 100 a wrong command line.";

namespace {

constexpr std::size_t max_key_bytes = 4096;

result<std::string> checked_key(std::string key, const std::string& where) {
  const auto is_printable = [](char c) { return c > ' ' && c <= '~'; };
  if (key.empty() || !std::ranges::all_of(key, is_printable))
    return unexpected(where + ": not an API key; allowed: one line of printable ASCII characters");
  return key;
}

result<std::string> find_key(const std::string& file) {
  if (!file.empty()) {
    const auto read = files::read_whole(file, max_key_bytes);
    if (!read)
      return unexpected("--key-file: " + read.error());
    auto line = read->text.substr(0, read->text.find('\n'));
    if (line.ends_with('\r'))
      line.pop_back();
    return checked_key(std::move(line), "--key-file: " + file);
  }
  const char* const key = std::getenv("TICKBOARD_API_KEY");
  if (key == nullptr || *key == '\0')
    return "";
  return checked_key(key, "TICKBOARD_API_KEY");
}

/// http://host:port of what `where`, an option or a variable, says.
result<std::string> checked_base(std::string_view given, std::string_view where) {
  const auto fail = [&](std::string_view what) {
    return unexpected(fmt::format("{}: {}; allowed: http://host[:port] or https://host[:port], "
                                  "without a path",
                                  where, what));
  };
  const auto url = net::parse_url(given);
  if (!url) { // "URL: what is wrong; allowed is ..."
    const auto& told = url.error();
    const auto from = told.find(": ") + 2;
    return fail(told.substr(from, told.find("; allowed") - from));
  }
  if (url->scheme != "http" && url->scheme != "https")
    return fail(fmt::format("scheme \"{}\" is none of a daemon", url->scheme));
  if (url->target != "/")
    return fail("has a path, which is what QUESTION is for");
  while (given.ends_with('/'))
    given.remove_suffix(1);
  return std::string{given};
}

/// Where a daemon on this machine that listens so is reached.
result<std::string> url_of(const std::string& listen, bool tls, const std::string& file) {
  auto to = net::parse_host_port(listen);
  if (!to || to->port == 0)
    return unexpected(fmt::format("{}: listens on \"{}\", whose port is known to itself alone; "
                                  "give --url",
                                  file, listen));
  if (to->host == "0.0.0.0")
    to->host = "127.0.0.1";
  if (to->host == "::")
    to->host = "::1";
  const bool bare = to->host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}", tls ? "https" : "http", bare ? "[" : "", to->host,
                     bare ? "]" : "", to->port);
}

result<std::string> url_in(const std::string& file, bool for_operators) {
  const auto settings = config::load(file);
  if (!settings)
    return unexpected(settings.error());
  if (for_operators && !settings->admin.listen.empty())
    return url_of(settings->admin.listen, false, file);
  return url_of(settings->http.listen, !settings->http.tls_certificate.empty(), file);
}

std::string member_text(const rapidjson::Value& object, const char* name) {
  const auto found = object.FindMember(name);
  if (found == object.MemberEnd() || !found->value.IsString())
    return {};
  return {found->value.GetString(), found->value.GetStringLength()};
}

} // namespace

void add_asking_options(CLI::App& command, asking_options& given) {
  auto* const url =
      command.add_option("--url", given.url, "of the daemon")->default_str("http://127.0.0.1:8080");
  command
      .add_option("--config", given.config,
                  "config file of a daemon on this machine: where it listens")
      ->excludes(url);
  command.add_option("--key-file", given.key_file, "file whose first line is an API key");
  command.add_option("--ca-file", given.ca_file,
                     "certificates (PEM) to trust instead of the system's");
  command.add_option("--timeout", given.timeout_s, "seconds for an answer")
      ->check(CLI::Range(0.1, 600.0))
      ->capture_default_str();
  command.footer(asking_help);
}

result<asked_daemon> find_daemon(const asking_options& given, bool for_operators) {
  asked_daemon out;
  if (!given.config.empty()) {
    auto url = url_in(given.config, for_operators);
    if (!url)
      return unexpected(url.error());
    out.base = *std::move(url);
  } else {
    const char* const usual = std::getenv("TICKBOARD_URL");
    const bool by_variable = given.url.empty() && usual != nullptr && *usual != '\0';
    out.base = "http://127.0.0.1:8080";
    if (by_variable || !given.url.empty()) {
      auto base =
          checked_base(by_variable ? usual : given.url, by_variable ? "TICKBOARD_URL" : "--url");
      if (!base)
        return unexpected(base.error());
      out.base = *std::move(base);
    }
  }
  auto key = find_key(given.key_file);
  if (!key)
    return unexpected(key.error());
  out.options.api_key = *std::move(key);
  out.options.tls.ca_file = given.ca_file;
  out.options.timeout = std::chrono::milliseconds{static_cast<int>(given.timeout_s * 1000)};
  return out;
}

std::string target_of(std::string_view written) {
  const auto question = written.find('?');
  const bool is_query = question == written.npos && written.find('=') != written.npos;
  std::string out;
  if (written.empty() || is_query)
    out = "/v1/markets?";
  else if (question == 0)
    out = "/v1/markets";
  else if (written.front() != '/')
    out = "/v1/";
  for (const char c : written)
    if (c > ' ' && c <= '~' && c != '#' && c != '"' && c != '<' && c != '>')
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return out;
}

std::string refusal_text(const net::http_reply& reply) {
  rapidjson::Document told;
  told.Parse<rapidjson::kParseIterativeFlag>(reply.body.data(), reply.body.size());
  std::string title, detail;
  if (!told.HasParseError() && told.IsObject()) {
    title = member_text(told, "title");
    detail = member_text(told, "detail");
  }
  std::string out = title.empty() ? fmt::format("HTTP status {}", reply.status) : title;
  if (!detail.empty())
    out += ": " + detail;
  if (reply.status == 401)
    out += " (--key-file or TICKBOARD_API_KEY does that)";
  if (reply.retry_after.count() > 0)
    out += fmt::format(" (ask again in {} s)", reply.retry_after.count());
  return terminal::shown_text(out);
}

int fail_with(std::string_view command, const std::string& problem, int status) {
  if (!problem.empty())
    fmt::print(stderr, "tickboard {}: {}\n", command, problem);
  return status;
}

int exit_status_of(const net::http_reply& reply) {
  if (reply.status == 200)
    return exit_status::done;
  return reply.status == 429 || reply.status >= 500 ? exit_status::not_now : exit_status::refused;
}

} // namespace tickboard::commands
