#include "adapters/config/reader.hpp"
#include "adapters/config/text_values.hpp"
#include "adapters/exchange/exchange.hpp"
#include "adapters/net/tls.hpp"
#include "adapters/net/url.hpp"

#include <boost/asio/ssl/context.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>

/// What of a configuration concerns several keys.
namespace tickboard::config {

void reader::check_channels(const toml::table& table, const feed_settings& feed) {
  const auto* adapter = exchange::find_protocol(feed.exchange);
  const auto* list = table["channels"].as_array();
  if (!adapter || !list)
    return;
  const auto& known = adapter->known_channels();
  const auto& tickers = adapter->ticker_channels();
  bool dry = !list->empty(); // all are channels, and nothing is left to be acknowledged or shown
  for (const auto& entry : *list) {
    const auto* text = entry.as_string();
    dry = dry && text && std::ranges::count(known, text->get()) != 0 &&
          std::ranges::count(tickers, text->get()) == 0;
    if (text && !text->get().empty() && !std::ranges::count(known, text->get()))
      problems_.add(begin_of(entry.source()), "feed.channels",
                    fmt::format("{} is not a channel of {}", quoted(text->get()), feed.exchange),
                    fmt::format("\"{}\"", fmt::join(known, "\", \"")));
  }
  if (dry)
    problems_.add(begin_of(list->source()), "feed.channels",
                  fmt::format("has none that carries tickers of {}", feed.exchange),
                  fmt::format("at least one of \"{}\"", fmt::join(tickers, "\", \"")));
}

void reader::check_unique(const section& of, const toml::node& node, std::string_view key,
                          const std::string& value) {
  const auto at = begin_of(node.source());
  const auto [first, fresh] = lines_.emplace(std::tuple{of.name, key, value}, at.line);
  if (!fresh)
    problems_.add(at, fmt::format("{}.{}", of.name, key),
                  fmt::format("{} is the {} of the {} on line {} already",
                              key == "name" ? fmt::format("\"{}\"", value) : "this", key, of.name,
                              first->second),
                  fmt::format("a `{}` of its own for each {}", key, of.name));
}

void reader::add_feed(const section& of, const toml::table& table, feed_settings feed) {
  check_channels(table, feed);
  if (feed.name.empty())
    feed.name = feed.exchange;
  if (!feed.name.empty()) // else it was reported already
    check_unique(of, *table.get(table.contains("name") ? "name" : "exchange"), "name", feed.name);
  all_.feeds.push_back(std::move(feed));
}

void reader::check_rate(const section& of, const toml::table& table, std::uint32_t rate,
                        std::uint32_t burst) {
  if (rate == 0 && burst != 0)
    problems_.add(begin_of(table.get("burst")->source()), fmt::format("{}.burst", of.name),
                  "is given without rate, so that nothing is limited",
                  "beside a rate of 1 or more");
}

void reader::add_key(const section& of, const toml::table& table, key_settings api_key) {
  check_rate(of, table, api_key.rate, api_key.burst);
  if (!api_key.name.empty())
    check_unique(of, *table.get("name"), "name", api_key.name);
  if (!api_key.sha256.empty()) {
    std::ranges::transform(api_key.sha256, api_key.sha256.begin(),
                           [](char c) { return c >= 'A' && c <= 'F' ? char(c + 0x20) : c; });
    check_unique(of, *table.get("sha256"), "sha256", api_key.sha256);
  }
  if (all_.keys.size() == max_keys)
    problems_.add(begin_of(table.source()), of.name, "is one too many",
                  fmt::format("at most {} [[{}]]", max_keys, of.name));
  all_.keys.push_back(std::move(api_key));
}

void reader::check_supervision(const toml::table& document) {
  const auto& is = all_.supervision;
  if (is.backoff_min <= is.backoff_max)
    return;
  const auto table = document["supervision"];
  const auto* node =
      table["backoff_min"] ? table["backoff_min"].node() : table["backoff_max"].node();
  problems_.add(begin_of(node->source()), "supervision.backoff_min",
                fmt::format("{} is longer than backoff_max, {}", format_duration(is.backoff_min),
                            format_duration(is.backoff_max)),
                "at most backoff_max");
}

namespace {

/// True if whoever listens on the one leaves no place for the other. "::" takes in IPv4.
bool overlap(net::host_port a, net::host_port b) {
  for (auto* one : {&a, &b})
    if (one->host == "localhost")
      one->host = "127.0.0.1";
  const auto covers = [](const std::string& host, const std::string& other) {
    return host == "::" || host == other || (host == "0.0.0.0" && other.find(':') == other.npos);
  };
  return a.port != 0 && a.port == b.port && (covers(a.host, b.host) || covers(b.host, a.host));
}

} // namespace

void reader::check_listeners(const toml::table& document) {
  const auto api = net::parse_host_port(all_.http.listen);
  const auto admin = net::parse_host_port(all_.admin.listen);
  if (!api || !admin || !overlap(*api, *admin) || !problems_.empty())
    return; // each key must be right for itself first
  problems_.add(begin_of(document["admin"]["listen"].node()->source()), "admin.listen",
                fmt::format("{} is taken by http.listen, {}", quoted(all_.admin.listen),
                            quoted(all_.http.listen)),
                "another port, or an address that http.listen leaves free");
}

void reader::check_tls(const toml::table& document) {
  const auto& [certificate, key] = std::tie(all_.http.tls_certificate, all_.http.tls_key);
  const auto refuse = [&](std::string_view name, const std::string& what,
                          std::string_view allowed) {
    const auto* node = document["http"][name].node();
    problems_.add(begin_of((node ? *node : *document.get("http")).source()),
                  fmt::format("http.{}", name), what, allowed);
  };
  if (certificate.empty() != key.empty())
    return refuse(
        certificate.empty() ? "tls_key" : "tls_certificate",
        fmt::format("is given without {}", certificate.empty() ? "tls_certificate" : "tls_key"),
        "both or none");
  if (certificate.empty())
    return;
  const auto made = net::server_tls_context(certificate, key);
  if (!made && made.error().is_of_key)
    refuse("tls_key", fmt::format("cannot be used: {}", made.error().what),
           "the key of the certificate in PEM, without a password");
  else if (!made)
    refuse("tls_certificate", fmt::format("cannot be used: {}", made.error().what),
           "a certificate chain in PEM, leaf first");
}

void reader::check_metadata(const toml::table& document) {
  if (!all_.metadata.dsn.empty() && !all_.metadata.csv.empty())
    problems_.add(begin_of(document["metadata"]["csv"].node()->source()), "metadata.csv",
                  "is given beside dsn", "one of the two");
}

void reader::check_sentinels(const toml::table& document) {
  const auto& is = all_.redis;
  if (is.sentinels.empty() == is.sentinel_master.empty() || !problems_.empty())
    return; // each key must be right for itself first
  const auto* const given = is.sentinels.empty() ? "sentinel_master" : "sentinels";
  problems_.add(
      begin_of(document["redis"][given].node()->source()), fmt::format("redis.{}", given),
      fmt::format("is given without {}", is.sentinels.empty() ? "sentinels" : "sentinel_master"),
      "both or none");
}

void reader::read_password_file(const toml::table& document, std::string_view section_name,
                                std::string_view password_name, const std::string& file,
                                std::string& password) {
  if (file.empty())
    return;
  const auto name = fmt::format("{}_file", password_name);
  const auto key_name = fmt::format("{}.{}", section_name, name);
  const auto at = begin_of(document[section_name][name].node()->source());
  if (!password.empty()) {
    problems_.add(at, key_name, fmt::format("is given beside {}", password_name), "one of the two");
    return;
  }
  std::string line(max_text_bytes + 1, '\0');
  std::ifstream in(file);
  in.read(line.data(), static_cast<std::streamsize>(line.size()));
  line.resize(static_cast<std::size_t>(in.gcount()));
  line.resize(std::min(line.find_first_of("\r\n"), line.size()));
  if (line.empty() || line.size() > max_text_bytes)
    problems_.add(at, key_name, "the file's first line is empty or too long",
                  fmt::format("a first line of 1 to {} bytes", max_text_bytes));
  else
    password = std::move(line);
}

} // namespace tickboard::config
