#include "actors/vital_signs.hpp"

#include <boost/asio/post.hpp>
#include <caf/all.hpp>

#include <string>
#include <utility>

namespace tickboard {

namespace {

/// Asks for what every actor answers without a handler of ours, when it gets round to its mailbox.
/// One that ends meanwhile is not stuck either.
caf::behavior asker(caf::event_based_actor* self, const caf::actor& whom,
                    const std::function<void()>& answer) {
  self->request(whom, caf::infinite, caf::sys_atom_v, caf::get_atom_v, std::string{"info"})
      .then([answer](caf::ok_atom, const std::string&, const caf::strong_actor_ptr&,
                     const std::string&) { answer(); },
            [answer](const caf::error&) { answer(); });
  return {};
}

} // namespace

void vital_signs::watch(boost::asio::io_context& io) {
  parts_.push_back(
      [&io](std::function<void()> answer) { boost::asio::post(io, std::move(answer)); });
}

void vital_signs::watch(caf::actor_system& system, address_ptr actor) {
  parts_.push_back([&system, actor](std::function<void()> answer) {
    if (const auto whom = actor->get())
      system.spawn(asker, whom, std::move(answer));
    else
      answer();
  });
}

bool vital_signs::check() {
  if (*open_ != 0)
    return false;
  const bool answered = std::exchange(asked_, true);
  *open_ = parts_.size();
  for (const auto& ask : parts_)
    ask([open = open_] { --*open; });
  return answered;
}

} // namespace tickboard
