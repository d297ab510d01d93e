#include "adapters/redis/telling_client.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace tickboard::redis {

namespace {

constexpr std::size_t most_open = 64;
constexpr std::size_t longest_kept = 512; ///< bytes of a call that is kept until it is answered

/// What is refused to one connection. On its io thread alone.
class refusals {
public:
  explicit refusals(denial_events events) : events_(std::move(events)) {}

  bool any() const noexcept { return !open_.empty(); }

  void denied(denial what) {
    if (!is_open(what) && open_.size() < most_open)
      open_.push_back(what);
    events_.on_denied(what);
  }

  void allowed(const denial& what) {
    if (std::erase_if(open_, [&](const denial& one) { return one.is_about_what(what); }) > 0)
      events_.on_allowed(what);
  }

private:
  bool is_open(const denial& what) const {
    return std::ranges::any_of(open_, [&](const denial& one) { return one.is_about_what(what); });
  }

  denial_events events_;
  std::vector<denial> open_;
};

/// What a call was about, of which only this is kept.
struct sent_call {
  std::shared_ptr<const script> by_sha;
  std::size_t keys = 0;
  std::optional<command> arguments; ///< of a short one
  bool together = false;            ///< a transaction

  denial what() const {
    if (together)
      return {"EXEC", {}, {}};
    auto words = arguments;
    auto out = !words    ? denial{}
               : !by_sha ? read_command(words->finish())
                         : read_command(words->finish({by_sha->name}));
    if (by_sha) // then the name of the script stands in place of the command
      return {"EVALSHA " + by_sha->name, keys > 0 ? std::move(out.key) : std::string{}, {}};
    if (out.command.empty())
      out.command = "a long command";
    return out;
  }
};

class telling_client final : public client {
public:
  telling_client(std::shared_ptr<client> inner, std::shared_ptr<refusals> told)
      : inner_(std::move(inner)), told_(std::move(told)) {}

  void submit(std::vector<call> calls) override {
    for (auto& one : calls)
      watch(one);
    inner_->submit(std::move(calls));
  }
  void look() override { inner_->look(); }
  void reconnect() override { inner_->reconnect(); }
  void stop() override { inner_->stop(); }

private:
  void watch(call& one) const {
    sent_call sent{one.by_sha, one.keys, std::nullopt, !one.transaction.empty()};
    if (!sent.together && one.arguments.bytes() <= longest_kept)
      sent.arguments = one.arguments;
    one.done = [told = told_, sent = std::move(sent),
                done = std::move(one.done)](const reply& answer) {
      if (!answer.failed() && told->any()) {
        told->allowed(sent.what());
      } else if (answer.failed() && is_denial(answer.error())) {
        auto what = sent.what();
        what.reason = answer.error();
        told->denied(std::move(what));
      }
      if (done)
        done(answer);
    };
  }

  const std::shared_ptr<client> inner_;
  const std::shared_ptr<refusals> told_;
};

} // namespace

std::shared_ptr<client> connect_telling(const connector& make, client_events events,
                                        denial_events denials) {
  auto told = std::make_shared<refusals>(std::move(denials));
  static const denial connecting{"connecting", {}, {}};
  events.on_ready = [told, inner = std::move(events.on_ready)] {
    told->allowed(connecting);
    if (inner)
      inner();
  };
  events.on_lost = [told, inner = std::move(events.on_lost)](std::string reason) {
    if (const auto at = reason.find("NOPERM"); at != reason.npos)
      told->denied({connecting.command, {}, reason.substr(at)});
    if (inner)
      inner(std::move(reason));
  };
  return std::make_shared<telling_client>(make(std::move(events)), std::move(told));
}

} // namespace tickboard::redis
