#pragma once

#include "tests/integration/spine/world.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>

namespace tickboard::test {

/// Asks all the time, in a thread of its own, and judges: whatever is wrong with Redis, a client
/// gets rows, or a 503 that says why and when to come again. Never nothing, never an empty page,
/// and never a row that is older than one it has seen.
class watcher {
public:
  explicit watcher(world& on)
      : thread_([this, &on] {
          static constexpr std::array targets{
              "/v1/markets?quote=USD&per_page=1&sort=id", "/v1/markets/kraken:BTC-USD",
              "/v1/markets?per_page=5&sort=-last", "/v1/assets?per_page=5", "/v1/search?q=BTC"};
          for (std::size_t i = 0; !stop_; i = (i + 1) % targets.size()) {
            judge(targets[i], on.get(targets[i]));
            std::this_thread::sleep_for(std::chrono::milliseconds{2}); // others need the processor
          }
        }) {}
  ~watcher() { finish(); }

  /// Empty, or the first answer that should not have been given.
  std::string finish() {
    stop_ = true;
    if (thread_.joinable())
      thread_.join();
    return wrong_;
  }

  int good() const { return good_; }
  int refused() const { return refused_; }
  /// The first refusal, once finished; for a test that expects none.
  const std::string& first_refusal() const { return first_refusal_; }

private:
  void judge(const std::string& target, const response& answer) {
    const auto has = [&](std::string_view text) {
      return answer.body.find(text) != std::string::npos;
    };
    std::string why;
    if (answer.status == 200) {
      ++good_;
      if (has("\"data\":[]"))
        why = "an empty page";
      else if (target.find("/kraken:BTC-USD") != std::string::npos && goes_back(answer.body))
        why = "an older row than before";
    } else if (answer.status == 503) {
      if (refused_++ == 0)
        first_refusal_ = target + ": " + answer.body.substr(0, 300);
      if (answer.retry_after.count() == 0 || !has(R"("status":503)") || !has(R"("detail":")"))
        why = "a refusal that does not say why, or when to come again";
    } else {
      why = "neither rows nor a refusal, but " + std::to_string(answer.status);
    }
    if (!why.empty() && wrong_.empty())
      wrong_ = target + ": " + why + ": " + answer.body.substr(0, 300);
  }

  bool goes_back(const std::string& row) {
    const auto now = std::stoll(text_of(parse_json(row), "received_ms"));
    const bool out = now < newest_;
    newest_ = std::max<long long>(newest_, now);
    return out;
  }

  std::atomic<bool> stop_{false};
  std::atomic<int> good_{0}, refused_{0};
  long long newest_ = 0;
  std::string wrong_, first_refusal_;
  std::thread thread_;
};

} // namespace tickboard::test
