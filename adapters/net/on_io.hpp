#pragma once

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include <memory>
#include <utility>

namespace tickboard::net {

enum class io_turn {
  now_if_there, ///< at once when called on the io thread
  next          ///< always from the io_context's queue
};

/// Runs `action(object)` on the io thread of `object` (which has an `executor()`), or does nothing
/// when the object is gone. Any thread. The strong pointer moves into the handler, so that the
/// object, with its sockets, is never destroyed on the caller's thread.
template <io_turn Turn, class Object, class Action>
void on_io(const std::weak_ptr<Object>& weak, Action action) {
  auto object = weak.lock();
  if (!object)
    return;
  const auto executor = object->executor();
  auto handler = [object = std::move(object), action = std::move(action)]() mutable {
    action(*object);
  };
  if constexpr (Turn == io_turn::now_if_there)
    boost::asio::dispatch(executor, std::move(handler));
  else
    boost::asio::post(executor, std::move(handler));
}

} // namespace tickboard::net
