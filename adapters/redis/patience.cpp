#include "adapters/redis/patience.hpp"

#include <utility>

namespace tickboard::redis {

patience::patience(boost::asio::io_context& io, std::chrono::milliseconds every)
    : timer_(io), every_(every) {
}

void patience::attach(std::shared_ptr<attachment> to) {
  attachment_ = std::move(to);
}

void patience::detach() {
  attachment_.reset();
  unanswered_ = prompt_ = 0;
  looked_for_ = false;
}

void patience::stop() {
  call_made_ = false;
  timer_.cancel();
}

void patience::sent(bool patient) {
  ++unanswered_;
  if (!patient) {
    ++prompt_;
    apply();
    return;
  }
  call_made_ = true;
  if (!waiting_)
    wait();
}

void patience::answered(bool patient) {
  // Never below none, should the end of a connection answer what was sent behind `detach`.
  if (unanswered_ != 0)
    --unanswered_;
  if (!patient && prompt_ != 0)
    --prompt_;
  if (unanswered_ == 0)
    looked_for_ = false;
  apply();
}

void patience::look() {
  if (!attachment_ || looked_for_ || prompt_ != 0)
    return;
  const auto held = attachment_;
  held->look();
  looked_for_ = unanswered_ != 0;
  if (looked_for_)
    apply();
}

/// With patient calls one timer runs all the time, so that a call does not cost setting it. Once
/// none was made for a turn of it, the socket is listened to again.
void patience::wait() {
  waiting_ = true;
  call_made_ = false;
  apply();
  timer_.expires_after(every_);
  timer_.async_wait([self = shared_from_this()](boost::system::error_code cancelled) {
    self->waiting_ = false;
    if (cancelled)
      return;
    if (const auto held = self->attachment_)
      held->look();
    if (self->call_made_)
      self->wait();
    else
      self->apply();
  });
}

void patience::apply() {
  if (attachment_)
    attachment_->be_patient(waiting_ && prompt_ == 0 && !looked_for_);
}

} // namespace tickboard::redis
