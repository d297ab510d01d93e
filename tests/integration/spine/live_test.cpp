// Views that are followed, by streams and a WebSocket, through the whole program.

#include "tests/integration/spine/truth.hpp"
#include "tests/support/live_page_model.hpp"
#include "tests/unit/net/sockets.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <mutex>
#include <thread>

using namespace tickboard;
using namespace tickboard::test;
using net::test::raw_socket;

namespace {

/// What a client knows of a view, made of events alone.
class followed_page {
public:
  void take(const std::string& event, const std::string& id, const std::string& data) {
    const std::lock_guard lock{mutex_};
    ++events_[event];
    if (!id.empty())
      id_ = id;
    if (event == "page")
      page_ = parse_json(data);
    else if (event == "change")
      apply_change(page_, parse_json(data));
  }

  int events(const std::string& name) {
    const std::lock_guard lock{mutex_};
    return events_[name];
  }
  std::string last_id() {
    const std::lock_guard lock{mutex_};
    return id_;
  }

  /// Empty if rows and place are those of `body`, values that move by themselves aside.
  std::string difference_from(const std::string& body) {
    const std::lock_guard lock{mutex_};
    if (!page_.IsObject())
      return "no page yet";
    const auto other = parse_json(body);
    if (page_["page"] != other["page"])
      return "another place";
    const auto& mine = page_["data"];
    const auto& theirs = other["data"];
    if (mine.Size() != theirs.Size())
      return "another number of rows";
    for (rapidjson::SizeType i = 0; i < mine.Size(); ++i)
      for (const auto& member : theirs[i].GetObject()) {
        const std::string name = member.name.GetString();
        if (name == "age_ms" || name.starts_with("change_") || name == "price_usd" ||
            name == "volume_usd_24h")
          continue;
        if (!mine[i].HasMember(member.name) || mine[i][member.name] != member.value)
          return name + " of row " + std::to_string(i);
      }
    return {};
  }

private:
  std::mutex mutex_;
  rapidjson::Document page_;
  std::string id_;
  std::map<std::string, int> events_;
};

/// Follows GET /v1/stream on a thread of its own until it ends or the connection does.
class stream_client {
public:
  stream_client(std::uint16_t port, const std::string& query, const std::string& last_id = "")
      : socket_(raw_socket::connect(port)) {
    // HTTP/1.0: events come as they are, without chunks.
    socket_.send("GET /v1/stream?" + query + " HTTP/1.0\r\n" +
                 "Accept: text/event-stream\r\n" + // as browsers do
                 (last_id.empty() ? "" : "Last-Event-ID: " + last_id + "\r\n") + "\r\n");
    thread_ = std::thread{[this] { read(); }};
  }
  ~stream_client() {
    stopped_ = true;
    reads_ = true;
    socket_.end();
    thread_.join();
  }
  stream_client(const stream_client&) = delete;
  stream_client& operator=(const stream_client&) = delete;

  std::atomic<bool> reads_{true}, ended_{false};
  followed_page page;

private:
  void read() {
    socket_.read_until("\r\n\r\n");
    while (!stopped_) {
      while (!reads_)
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
      const auto event = socket_.read_until("\n\n");
      if (!event.ends_with("\n\n"))
        break;
      const auto line = [&](const std::string& name) {
        const auto at = event.find(name + ": ");
        if (at == event.npos)
          return std::string{};
        const auto begin = at + name.size() + 2;
        return event.substr(begin, event.find('\n', begin) - begin);
      };
      page.take(line("event"), line("\nid"), line("\ndata"));
    }
    ended_ = true;
  }

  raw_socket socket_;
  std::atomic<bool> stopped_{false};
  std::thread thread_;
};

/// Follows views on a WebSocket.
class socket_client {
public:
  using websocket = boost::beast::websocket::stream<boost::asio::ip::tcp::socket>;

  explicit socket_client(std::uint16_t port) {
    ws_.next_layer().connect({boost::asio::ip::address_v4::loopback(), port});
    ws_.handshake("localhost", "/v1/ws");
  }
  ~socket_client() {
    if (!thread_.joinable())
      return;
    boost::beast::error_code ignored;
    ws_.next_layer().shutdown(boost::asio::ip::tcp::socket::shutdown_both, ignored);
    thread_.join();
  }
  socket_client(const socket_client&) = delete;
  socket_client& operator=(const socket_client&) = delete;

  void subscribe(const std::string& name, const std::string& query) {
    ws_.write(boost::asio::buffer(R"({"op":"subscribe","view":")" + name + R"(","query":")" +
                                  query + R"(","interval":100})"));
  }
  void read() {
    thread_ = std::thread{[this] {
      boost::beast::error_code ec;
      for (;;) {
        boost::beast::flat_buffer buffer;
        ws_.read(buffer, ec);
        if (ec)
          return;
        const auto text = boost::beast::buffers_to_string(buffer.data());
        const auto json = parse_json(text);
        const auto data = text.find("\"data\":") + 7;
        pages.at(text_of(json, "view"))
            .take(text_of(json, "event"), text_of(json, "id"),
                  text.substr(data, text.size() - data - 1));
      }
    }};
  }

  std::map<std::string, followed_page> pages;

private:
  boost::asio::io_context io_;
  websocket ws_{io_};
  std::thread thread_;
};

const std::vector<std::string> views{
    "sort=-last&per_page=50",
    "sort=id&quote=USD&per_page=250",
    "sort=-volume_24h&quote=USDT&page=2&per_page=20",
    "sort=-change_24h_pct&exchange=kraken&per_page=30",
    "sort=bid&base=BTC,ETH&per_page=40",
    "sort=-received_ms&per_page=10",
    "sort=spread_bps&min_last=1&per_page=25&fields=id,last,bid,ask",
};

void wait_for_equality(world& on, const std::string& what, const std::string& view,
                       followed_page& page) {
  std::string last;
  on.wait_until((what + " " + view).c_str(), [&] {
    const auto now = page.difference_from(on.get("/v1/markets?" + view).body);
    if (now != last && !now.empty())
      MESSAGE(view << " not yet: " << now);
    last = now;
    return now.empty();
  });
}

} // namespace

TEST_CASE("streams and WebSockets arrive where pages are, also for who reads late") {
  world on{three_exchanges(4'000, 1'000, true)};
  on.wait_until("pages are served", [&] { return on.get("/readyz").status == 200; });
  std::vector<std::unique_ptr<stream_client>> streams;
  for (const auto& view : views) {
    streams.push_back(std::make_unique<stream_client>(on.daemon->port(), view + "&interval=50"));
    streams.push_back(std::make_unique<stream_client>(on.daemon->port(), view + "&interval=300"));
  }
  streams[0]->reads_ = streams[3]->reads_ = false;
  socket_client socket{on.daemon->port()};
  for (const auto& view : views) {
    socket.pages[view];
    socket.subscribe(view, view);
  }
  socket.read();
  const auto has_page = [](followed_page& page) { return page.events("page") > 0; };
  on.wait_until("who reads has a first page", [&] {
    return std::all_of(streams.begin(), streams.end(),
                       [&](const auto& one) { return !one->reads_ || has_page(one->page); }) &&
           std::all_of(views.begin(), views.end(),
                       [&](const auto& view) { return has_page(socket.pages[view]); });
  });
  for (std::size_t i = 0; i < on.exchanges.size(); ++i)
    on.post_exchange(i, "/sim/go", "{}");

  converged_rows(on);
  streams[0]->reads_ = streams[3]->reads_ = true;
  for (std::size_t i = 0; i < views.size(); ++i) {
    wait_for_equality(on, "the quick stream of", views[i], streams[2 * i]->page);
    wait_for_equality(on, "the slow stream of", views[i], streams[2 * i + 1]->page);
    wait_for_equality(on, "the WebSocket's", views[i], socket.pages[views[i]]);
    CHECK(streams[2 * i]->page.events("change") > 0);
    CHECK(streams[2 * i]->page.events("error") == 0);
  }
  // What comes often in one of them is told less often in the other.
  CHECK(streams[4]->page.events("change") > streams[5]->page.events("change"));
  CHECK(streams[0]->page.events("page") >= 1);
}

TEST_CASE("a stream ends with the daemon, and goes on with the next one") {
  world on{{{"kraken", "kraken", {"--markets", "50", "--rate", "200"}, {}}}};
  on.wait_until("pages are served", [&] { return on.get("/readyz").status == 200; });
  auto stream = std::make_unique<stream_client>(on.daemon->port(), "sort=id&interval=50");
  on.wait_until("something changed", [&] { return stream->page.events("change") > 3; });
  const auto id = stream->page.last_id();
  {
    // The same daemon knows what the client has.
    stream_client again{on.daemon->port(), "sort=id&interval=50", stream->page.last_id()};
    on.wait_until("it went on", [&] {
      return again.page.events("change") + again.page.events("page") > 0 || again.ended_;
    });
  }
  on.daemon->kill(SIGTERM);
  on.wait_until("the stream ends", [&] { return stream->ended_.load(); });
  on.start_daemon();
  stream_client other{on.daemon->port(), "sort=id&interval=50", id}; // before there is a page
  on.wait_until("the page is told anew", [&] { return other.page.events("page") == 1; });
  on.wait_until("and changes", [&] { return other.page.events("change") > 0; });
}
