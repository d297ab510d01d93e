#include "adapters/redis/verify/conversation.hpp"

#include <fmt/format.h>

#include <future>
#include <utility>

namespace tickboard::redis {

namespace {

constexpr std::string_view scan_count = "200"; ///< entries a call: well below a millisecond

} // namespace

conversation::conversation(endpoint to, std::vector<std::shared_ptr<const script>> scripts,
                           std::chrono::milliseconds timeout) {
  // Both events share it: the first says how connecting ended, and later ones say nothing.
  struct outcome {
    std::promise<std::string> promise;
    bool told = false;
    void tell(std::string problem) {
      if (!std::exchange(told, true))
        promise.set_value(std::move(problem));
    }
  };
  const auto connected = std::make_shared<outcome>();
  client_options options;
  options.to = std::move(to);
  options.scripts = std::move(scripts);
  options.connect_timeout = timeout;
  options.reply_timeout = timeout;
  client_events events;
  events.on_ready = [connected] { connected->tell({}); };
  events.on_lost = [connected](std::string reason) { connected->tell(std::move(reason)); };
  client_ = connect(io_.context(), std::move(options), std::move(events));
  if (const auto problem = connected->promise.get_future().get(); !problem.empty()) {
    client_->stop();
    io_.stop();
    throw unanswered{problem};
  }
}

conversation::~conversation() {
  client_->stop();
  io_.stop();
}

void conversation::ask(call one, const reply_handler& read) {
  std::promise<std::string> answered;
  one.done = [&](const reply& answer) {
    std::string problem;
    if (answer.failed())
      problem = answer.error().empty() ? std::string_view{"Redis gave no answer"} : answer.error();
    else if (read)
      read(answer);
    answered.set_value(std::move(problem)); // the last thing: whoever waits goes on
  };
  std::vector<call> calls;
  calls.push_back(std::move(one));
  client_->submit(std::move(calls));
  if (auto problem = answered.get_future().get(); !problem.empty())
    throw unanswered{problem};
}

void conversation::ask(std::initializer_list<std::string_view> arguments,
                       const reply_handler& read) {
  call one;
  one.arguments = command{arguments};
  ask(std::move(one), read);
}

void conversation::scan(std::string_view how, const std::string& key,
                        const std::function<void(const std::vector<std::string>&)>& visit) {
  scan({how, key, "", "COUNT", scan_count}, 2, visit);
}

void conversation::scan_keys(const std::string& pattern,
                             const std::function<void(const std::vector<std::string>&)>& visit) {
  scan({"SCAN", "", "MATCH", pattern, "COUNT", scan_count}, 1, visit);
}

void conversation::scan(std::vector<std::string_view> command, std::size_t cursor_at,
                        const std::function<void(const std::vector<std::string>&)>& visit) {
  std::string cursor = "0";
  do {
    std::vector<std::string> some;
    command[cursor_at] = cursor;
    call one;
    for (const auto argument : command)
      one.arguments.add(argument);
    ask(std::move(one), [&](const reply& answer) {
      cursor = answer.size() == 2 ? answer[0].text() : "0";
      for (std::size_t i = 0; answer.size() == 2 && i < answer[1].size(); ++i)
        some.emplace_back(answer[1][i].text());
    });
    visit(some);
  } while (cursor != "0");
}

} // namespace tickboard::redis
