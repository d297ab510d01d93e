#include "actors/connect_pass.hpp"

#include "adapters/log/log.hpp"
#include "adapters/net/url.hpp"

#include <caf/all.hpp>

#include <utility>

namespace tickboard {

namespace {

constexpr std::chrono::milliseconds pass_look_interval{500};
constexpr std::chrono::seconds pass_ask_interval{3};

} // namespace

std::string connect_host(const std::string& url) {
  const auto parsed = net::parse_url(url);
  return parsed ? parsed->where() : url; // connecting will tell what is wrong with it
}

void connect_pass::ask(address_ptr gate, connect_asked question) {
  gate_ = std::move(gate);
  question_ = std::move(question);
  waiting_ = true;
  if (!gate_) {
    self_->send(self_, connect_allowed{});
    return;
  }
  asked_ = nullptr;
  heard_at_ = self_->clock().now();
  try_gate();
  wait_on();
}

bool connect_pass::take() {
  return std::exchange(waiting_, false);
}

bool connect_pass::delayed() {
  heard_at_ = self_->clock().now();
  return waiting_;
}

void connect_pass::try_gate() {
  const auto now = self_->clock().now();
  const auto to = gate_->get();
  if (!to || (to.address() == asked_ && now - asked_at_ < pass_ask_interval))
    return;
  asked_ = to.address();
  asked_at_ = now;
  self_->send(to, question_);
}

void connect_pass::wait_on() {
  if (!std::exchange(looking_, true))
    self_->delayed_send(self_, pass_look_interval, look_for_gate{});
}

void connect_pass::look() {
  looking_ = false;
  if (!waiting_)
    return;
  if (self_->clock().now() - heard_at_ < patience) {
    try_gate();
    wait_on();
    return;
  }
  log::warn("connects", "nobody keeps count of connects; this one is made all the same",
            {{"host", question_.host}});
  self_->send(self_, connect_allowed{});
}

void connect_pass::refused(const net::host_refusal& how) const {
  if (how.status == 0 || !gate_)
    return;
  if (const auto to = gate_->get())
    self_->send(to, host_refused{question_.host, how});
}

} // namespace tickboard
