#include "tests/integration/spine/world.hpp"

#include "adapters/net/http_client.hpp"
#include "adapters/redis/client.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <future>
#include <iterator>
#include <optional>
#include <sstream>
#include <thread>

namespace tickboard::test {

world::world(std::vector<simulated> wanted, const std::string& daemon_options,
             const redis_setup& with)
    : exchanges(std::move(wanted)), daemon_options_(daemon_options), redis_lines_(with.daemon),
      redis_url_(with.url) {
  auto started = redis::start_private_server(with.server);
  REQUIRE_MESSAGE(started, (started ? "" : started.error()));
  redis = std::move(*started);
  for (std::size_t i = 0; i < exchanges.size(); ++i) {
    simulators.emplace_back(simulate_arguments(i, 0), log());
    if (exchanges[i].through)
      exchanges[i].through->forward_to(simulators[i].port());
  }
  start_daemon();
}

std::vector<std::string> world::simulate_arguments(std::size_t i, std::uint16_t port) const {
  std::vector<std::string> out{TICKBOARD_PROGRAM, "simulate",
                               "--exchange",      exchanges[i].protocol,
                               "--listen",        "127.0.0.1:" + std::to_string(port)};
  out.insert(out.end(), exchanges[i].options.begin(), exchanges[i].options.end());
  return out;
}

void world::restart_exchange(std::size_t i) {
  const auto port = simulators[i].port();
  simulators[i].kill(SIGKILL);
  simulators[i].wait();
  simulators[i] = process{simulate_arguments(i, port), log()};
}

std::string world::write_config(const std::string& head, const std::set<std::size_t>& which) {
  static const std::map<std::string, std::string> paths{
      {"binance", "/stream"}, {"coinbaseexchange", "/"}, {"kraken", "/v2"}};
  const auto file = redis->directory() + "/tickboard.toml";
  std::ofstream out{file};
  auto text = head;
  // How many threads of either kind; by default one for everything (CMakeLists.txt runs some tests
  // with more, too).
  if (const auto* threads = std::getenv("TICKBOARD_TEST_THREADS"); threads != nullptr)
    text += fmt::format("\n[io]\nthreads = {0}\n[actors]\nthreads = {0}\n", threads);
  const std::string http = "[http]\n";
  if (text.find("[connects]") == text.npos) // what it keeps is this world's own
    text += "\n[connects]\nfile = \"" + redis->directory() + "/connects.json\"\n";
  if (text.find(http) == text.npos)
    text += "\n" + http;
  text.insert(text.find(http) + http.size(), "listen = \"127.0.0.1:0\"\n");
  out << text << "\n[redis]\nurl = \"" << (redis_url_.empty() ? redis->url() : redis_url_) << "\"\n"
      << redis_lines_;
  for (std::size_t i = 0; i < exchanges.size(); ++i) {
    if (!which.empty() && !which.contains(i))
      continue;
    const auto& hop = exchanges[i].through;
    const auto port = std::to_string(hop ? hop->port() : simulators[i].port());
    const auto host = (hop ? hop->address() : "127.0.0.1") + ":" + port;
    const auto ws_host = exchanges[i].ws_host.empty() ? host : exchanges[i].ws_host + ":" + port;
    const auto& options = exchanges[i].options;
    const bool tls = std::find(options.begin(), options.end(), "--tls") != options.end();
    out << "[[feed]]\n"
        << exchanges[i].feed_options << "exchange = \"" << exchanges[i].protocol << "\"\nname = \""
        << exchanges[i].name << "\"\nws_url = \"" << (tls ? "wss://" : "ws://") << ws_host
        << paths.at(exchanges[i].protocol) << "\"\nrest_url = \"" << (tls ? "https://" : "http://")
        << host << "\"\nsymbols = [\"*/*\"]\n";
    if (!exchanges[i].ca_file.empty())
      out << "ca_file = \"" << exchanges[i].ca_file << "\"\n";
    if (!exchanges[i].channels.empty()) {
      out << "channels = [";
      for (const auto& channel : exchanges[i].channels)
        out << '"' << channel << "\", ";
      out << "]\n";
    }
  }
  out.close();
  REQUIRE(out);
  return file;
}

void world::start_daemon() {
  const auto file = write_config(daemon_options_);
  auto command = daemon_prefix;
  command.insert(command.end(), {TICKBOARD_PROGRAM, "serve", "--config", file});
  daemon = std::make_unique<process>(std::move(command), log());
}

response world::fetch(std::uint16_t port, const std::string& target) {
  net::http_get_options options;
  options.url = "http://127.0.0.1:" + std::to_string(port) + target;
  auto promise = std::make_shared<std::promise<response>>();
  net::http_get(io_.context(), options, [promise](result<net::http_reply> reply) {
    promise->set_value(reply ? response{reply->status, std::move(reply->body), reply->retry_after}
                             : response{});
  });
  return promise->get_future().get();
}

void world::post_exchange(std::size_t i, const std::string& target, const std::string& body,
                          const std::string& method) {
  namespace asio = boost::asio;
  asio::io_context io;
  asio::ip::tcp::socket socket{io};
  socket.connect({asio::ip::address_v4::loopback(), simulators[i].port()});
  const auto request = method + " " + target +
                       " HTTP/1.1\r\nHost: sim\r\nConnection: close\r\nContent-Type: "
                       "application/json\r\nContent-Length: " +
                       std::to_string(body.size()) + "\r\n\r\n" + body;
  asio::write(socket, asio::buffer(request));
  std::string answer;
  boost::system::error_code end;
  asio::read(socket, asio::dynamic_buffer(answer), end);
  INFO(answer);
  REQUIRE(answer.find(" 2") == 8);
}

copied_reply world::command(std::initializer_list<std::string_view> arguments) {
  redis::client_options options;
  options.to = *redis::parse_endpoint(redis->url());
  std::promise<void> ready;
  redis::client_events events;
  events.on_ready = [&ready] { ready.set_value(); };
  const auto client = redis::connect(io_.context(), std::move(options), std::move(events));
  ready.get_future().wait();
  std::promise<copied_reply> answered;
  std::vector<redis::call> calls(1);
  calls[0].arguments = redis::command{arguments};
  calls[0].done = [&answered](const redis::reply& reply) { answered.set_value(copy(reply)); };
  client->submit(std::move(calls));
  const auto answer = answered.get_future().get();
  CHECK_MESSAGE(!answer.failed, answer.text);
  client->stop();
  return answer;
}

std::string world::log_text() const {
  std::ifstream in{log()};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::size_t world::log_lines_with(const std::string& text) const {
  std::istringstream in{log_text()};
  std::size_t out = 0;
  for (std::string line; std::getline(in, line);)
    out += line.find(text) != std::string::npos ? 1 : 0;
  return out;
}

std::uint64_t world::patches() {
  std::uint64_t out = 0;
  const auto told = parse_json(get("/v1/exchanges").body);
  for (const auto& feed : told["data"].GetArray())
    for (const auto& one : feed["connections"].GetArray())
      out += std::stoull(text_of(one, "patches"));
  return out;
}

void world::wait_until(const char* what, const std::function<bool()>& reached) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes{2};
  while (!reached()) {
    if (std::chrono::steady_clock::now() > deadline) {
      const auto text = log_text();
      FAIL("waited in vain until "
           << std::string{what} << "; the programs' log ends with\n"
           << text.substr(text.size() - std::min<std::size_t>(text.size(), 4000)));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
}

std::map<std::string, std::string> world::walk(bool plain) {
  std::map<std::string, std::string> out;
  for (int page = 1, pages = 1; page <= pages; ++page) {
    const auto answer = get("/v1/markets?sort=id&per_page=250&page=" + std::to_string(page));
    if (answer.status != 200)
      return {};
    const auto json = parse_json(answer.body);
    pages = std::stoi(text_of(json["page"], "pages"));
    // Rows are flat objects: each ends at the first brace.
    auto begin = answer.body.find('[') + 1;
    for (const auto& row : json["data"].GetArray()) {
      const auto end = answer.body.find('}', begin) + 1;
      const auto text = answer.body.substr(begin, end - begin);
      out[row["id"].GetString()] = plain ? without_derived(text) : text;
      begin = end + 1;
    }
  }
  return out;
}

std::string text_of(const rapidjson::Value& object, const char* member) {
  const auto it = object.FindMember(member);
  if (it == object.MemberEnd() || it->value.IsNull())
    return {};
  if (it->value.IsBool())
    return it->value.GetBool() ? "true" : "false";
  return it->value.GetString();
}

std::string without_derived(const std::string& text) {
  const auto without = [](const std::string& of, const char* begin, const char* end) {
    std::string out;
    std::size_t from = 0;
    for (auto at = of.find(begin); at != of.npos; at = of.find(begin, from)) {
      out.append(of, from, at - from);
      from = of.find(end, at);
    }
    return out.append(of, from);
  };
  return without(without(text, ",\"price_usd\":", ",\"stale\":"), ",\"age_ms\":", ",\"source\":");
}

rapidjson::Document parse_json(const std::string& text) {
  rapidjson::Document out;
  out.Parse<rapidjson::kParseNumbersAsStringsFlag>(text.c_str());
  INFO(text.substr(0, 500));
  REQUIRE_FALSE(out.HasParseError());
  return out;
}

bool is_derived(const sort_field& field) {
  return field.name.ends_with("_usd") || field.name == "volume_usd_24h" ||
         field.name == "market_cap" ||
         (field.name.starts_with("change_") && field.name != "change_24h_pct");
}

std::string disorder(const std::string& page, const view_query& query) {
  const std::string name{sort_fields[query.sort].name};
  std::optional<std::pair<std::optional<double>, std::string>> before;
  const auto json = parse_json(page);
  for (const auto& row : json["data"].GetArray()) {
    const auto text = text_of(row, name.c_str());
    std::pair now{text.empty() ? std::nullopt : std::optional{std::stod(text)}, text_of(row, "id")};
    if (before) {
      const auto& [value, id] = *before;
      const bool in_order = value.has_value() != now.first.has_value() ? value.has_value()
                            : value != now.first
                                ? (query.descending ? value > now.first : value < now.first)
                                : (query.descending ? id > now.second : id < now.second);
      if (!in_order)
        return id + " is before " + now.second;
    }
    before = std::move(now);
  }
  return {};
}

std::string brute_force_page(const std::map<std::string, std::string>& rows,
                             const view_query& query) {
  struct entry {
    const std::string* id;
    const std::string* row;
    std::optional<double> value;
  };
  const auto& field = sort_fields[query.sort];
  std::vector<entry> found;
  for (const auto& [id, row] : rows) {
    const auto json = parse_json(row);
    if (!query.quotes.admits(text_of(json, "quote")) ||
        !query.bases.admits(text_of(json, "base")) ||
        !query.exchanges.admits(text_of(json, "exchange")))
      continue;
    entry one{&id, &row, 0.0};
    if (query.sort != id_field) {
      const auto text = text_of(json, std::string{field.name}.c_str());
      one.value = text.empty() ? std::nullopt : std::optional{std::stod(text)};
    }
    found.push_back(one);
  }
  std::sort(found.begin(), found.end(), [&](const entry& a, const entry& b) {
    if (a.value.has_value() != b.value.has_value())
      return a.value.has_value();
    if (a.value != b.value)
      return query.descending ? *a.value > *b.value : *a.value < *b.value;
    return query.descending ? *a.id > *b.id : *a.id < *b.id;
  });
  std::string out = "{\"data\":[";
  const auto end = std::min<std::uint64_t>(found.size(), query.offset() + query.per_page);
  for (auto i = query.offset(); i < end; ++i)
    out += (out.back() == '[' ? "" : ",") + *found[i].row;
  const auto pages = (found.size() + query.per_page - 1) / query.per_page;
  return out + "],\"page\":{\"number\":" + std::to_string(query.page) +
         ",\"size\":" + std::to_string(query.per_page) +
         ",\"total\":" + std::to_string(found.size()) + ",\"pages\":" + std::to_string(pages) + "}";
}

} // namespace tickboard::test
