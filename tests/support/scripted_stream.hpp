#pragma once

#include "adapters/net/stream.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tickboard::test {

/// One side of a WebSocket whose other side is the test: keeps what was sent, and calls the
/// listener as the test says.
class scripted_stream final : public net::stream {
public:
  scripted_stream(net::stream_options with, std::shared_ptr<net::stream_listener> listener)
      : options(std::move(with)), listener_(std::move(listener)) {}

  void send(std::string text) override { sent.push_back(std::move(text)); }
  void close() override {
    closed = true;
    listener_ = nullptr;
  }

  // -- the test's side ----------------------------------------------------------------------------

  void open() {
    if (listener_)
      listener_->on_open();
  }

  void receive(std::initializer_list<std::string_view> frames) {
    receive(std::vector<std::string_view>(frames));
  }
  void receive(const std::vector<std::string_view>& frames) {
    if (!listener_)
      return;
    auto batch = std::make_shared<net::frame_batch>([held = held_](std::size_t bytes) {
      REQUIRE(*held >= bytes);
      *held -= bytes;
    });
    for (const auto frame : frames)
      batch->add(frame);
    batch->received_ms = received_ms;
    *held_ += batch->bytes();
    listener_->on_frames(std::move(batch));
  }

  void ping() {
    if (listener_)
      listener_->on_alive();
  }

  void fail(std::string reason, net::host_refusal refused = {}) {
    if (const auto told = std::exchange(listener_, nullptr))
      told->on_closed({std::move(reason), refused});
  }

  /// Bytes of frames that somebody still holds.
  std::size_t held() const { return *held_; }

  net::stream_options options;
  std::vector<std::string> sent;
  std::int64_t received_ms = 1'700'000'000'000;
  bool closed = false;

private:
  std::shared_ptr<net::stream_listener> listener_;
  std::shared_ptr<std::size_t> held_ = std::make_shared<std::size_t>(0);
};

/// Opens scripted streams and keeps them, in the order of opening. Outlives the actors it serves.
class scripted_streams {
public:
  net::stream_opener opener() {
    return
        [this](const net::stream_options& options, std::shared_ptr<net::stream_listener> listener) {
          opened.push_back(std::make_shared<scripted_stream>(options, std::move(listener)));
          return opened.back();
        };
  }

  scripted_stream& last() {
    REQUIRE_FALSE(opened.empty());
    return *opened.back();
  }

  std::vector<std::shared_ptr<scripted_stream>> opened;
};

} // namespace tickboard::test
