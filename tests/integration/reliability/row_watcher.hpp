#pragma once

#include "tests/integration/spine/world.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace tickboard::test {

/// Reads every row all the time, in a thread of its own, from one daemon after the other, and
/// judges: pages are answered, no market is missing that was there, and no row is older than the
/// one that was read before, whoever served that.
class row_watcher {
public:
  /// Markets of `unordered` may have times that go back: their exchange's clock does.
  row_watcher(world& on, std::vector<std::uint16_t> ports, std::set<std::string> unordered = {})
      : unordered_(std::move(unordered)), alone_(ports.size() == 1), ports_(std::move(ports)),
        thread_([this, &on] {
          for (std::size_t i = 0; !stop_; ++i) {
            const auto port = [&] {
              const std::lock_guard lock{mutex_};
              return ports_[i % ports_.size()];
            }();
            look(on, port);
            ++looks_;
            std::this_thread::sleep_for(std::chrono::milliseconds{5}); // others need the processor
          }
        }) {}
  ~row_watcher() { finish(); }

  /// Who is asked from now on; returns once nobody else is being asked.
  void ask(std::vector<std::uint16_t> ports) {
    {
      const std::lock_guard lock{mutex_};
      ports_ = std::move(ports);
    }
    for (const int before = looks_; looks_ < before + 2;)
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }

  /// Exchanges of which a row was stale since the last time.
  std::set<std::string> take_stale() {
    const std::lock_guard lock{mutex_};
    return std::exchange(stale_, {});
  }

  /// How often the row was seen with another time than before.
  std::uint64_t changes(const std::string& id) {
    const std::lock_guard lock{mutex_};
    return rows_[id].changes;
  }

  /// Empty, or the first thing that should not have been seen.
  std::string finish() {
    stop_ = true;
    if (thread_.joinable())
      thread_.join();
    return wrong_;
  }
  int looks() const { return looks_; }

private:
  struct seen {
    long long ts_ms = 0, received_ms = 0;
    std::uint64_t changes = 0;
  };

  void look(world& on, std::uint16_t port) {
    const auto page = on.get(port, "/v1/markets?sort=id&per_page=250&fields=id,exchange,ts_ms,"
                                   "received_ms,stale");
    const std::lock_guard lock{mutex_};
    if (page.status != 200)
      return complain("a page is " + std::to_string(page.status) + ": " + page.body);
    const auto json = parse_json(page.body);
    const auto& data = json["data"];
    if (data.Size() < most_)
      complain(std::to_string(most_ - data.Size()) + " markets have gone");
    most_ = std::max(most_, data.Size());
    for (const auto& row : data.GetArray())
      judge(row);
  }

  void judge(const rapidjson::Value& row) {
    const auto number = [&](const char* name) {
      const auto text = text_of(row, name);
      return text.empty() ? 0 : std::stoll(text);
    };
    const auto id = text_of(row, "id"), exchange = text_of(row, "exchange");
    auto& before = rows_[id];
    const seen now{number("ts_ms"), number("received_ms"), before.changes};
    // Two daemons have not received the same update in the same millisecond.
    if ((alone_ && now.received_ms < before.received_ms) ||
        (now.ts_ms < before.ts_ms && !unordered_.contains(exchange)))
      complain(id + " went back: " + std::to_string(before.ts_ms) + " to " +
               std::to_string(now.ts_ms) + ", received " + std::to_string(before.received_ms) +
               " and " + std::to_string(now.received_ms));
    const bool changed = now.ts_ms != before.ts_ms;
    before = now;
    before.changes += changed ? 1 : 0;
    if (text_of(row, "stale") == "true")
      stale_.insert(exchange);
  }

  void complain(const std::string& what) {
    if (wrong_.empty())
      wrong_ = what.substr(0, 400);
  }

  const std::set<std::string> unordered_;
  const bool alone_; // the only daemon
  std::mutex mutex_;
  std::vector<std::uint16_t> ports_;
  std::map<std::string, seen> rows_;
  std::set<std::string> stale_;
  rapidjson::SizeType most_ = 0;
  std::string wrong_;
  std::atomic<int> looks_{0};
  std::atomic<bool> stop_{false};
  std::thread thread_; // last: it uses all of the above
};

} // namespace tickboard::test
