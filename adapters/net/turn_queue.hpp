#pragma once

#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <deque>
#include <memory>
#include <utility>
#include <vector>

namespace tickboard::net {

/// Work that handlers on an io thread leave behind for right after them. Asio looks at the sockets,
/// a system call, between any two things that are posted to it; a frame on its way to Redis is
/// posted a dozen times. The queue runs as one of Asio's handlers: what it holds, and what comes
/// meanwhile, at most `most_in_a_turn` entries before the sockets get their turn. What pushes and
/// what runs is for the io thread only.
class turn_queue final : public boost::asio::execution_context::service {
public:
  static constexpr std::size_t most_in_a_turn = 512;
  static boost::asio::execution_context::id id;

  explicit turn_queue(boost::asio::execution_context& context);

  static turn_queue& of(boost::asio::io_context& io) {
    return boost::asio::use_service<turn_queue>(io);
  }

  template <class Function>
  void push(Function&& function) {
    entries_.push_back(
        std::make_unique<holder<std::decay_t<Function>>>(std::forward<Function>(function)));
    schedule();
  }

  /// For what lets another process go to work: it comes before all that `push` has left, as soon as
  /// what runs ends or calls `run_first`. Not for what goes on for long, or again and again.
  template <class Function>
  void push_first(Function&& function) {
    first_.push_back(
        std::make_unique<holder<std::decay_t<Function>>>(std::forward<Function>(function)));
    schedule();
  }

  /// What `push_first` has left; for an entry that runs many things, between two of them.
  void run_first();

  /// Calls `function`, which is one of Asio's handlers and likely to push, and what it pushes right
  /// after it: Asio would look at the sockets in between.
  template <class Function>
  void lead(Function&& function) {
    const bool ours = !std::exchange(scheduled_, true);
    try {
      function();
    } catch (...) {
      scheduled_ = !ours;
      if (ours && !empty())
        schedule();
      throw;
    }
    if (ours)
      run();
  }

  boost::asio::io_context& context() const noexcept { return io_; }
  bool on_io_thread() const noexcept { return io_.get_executor().running_in_this_thread(); }

private:
  struct entry {
    virtual ~entry() = default;
    virtual void run() = 0;
  };

  template <class Function>
  struct holder final : entry {
    explicit holder(Function&& what) : function(std::move(what)) {}
    explicit holder(const Function& what) : function(what) {}
    void run() override {
      auto mine = std::move(function); // its memory may be what it frees first
      mine();
    }
    Function function;
  };

  void shutdown() override {
    first_.clear();
    entries_.clear();
  }
  bool empty() const noexcept { return first_.empty() && entries_.empty(); }
  void schedule();
  void run();

  boost::asio::io_context& io_;
  std::vector<std::unique_ptr<entry>> first_;
  std::deque<std::unique_ptr<entry>> entries_;
  bool scheduled_ = false;
};

/// An executor (P0443, as Asio 1.18 has it) that puts into the turn queue what Asio would post,
/// when it is on the io thread.
class turn_executor {
public:
  explicit turn_executor(turn_queue& queue) noexcept : queue_(&queue) {}

  boost::asio::execution_context& query(boost::asio::execution::context_t) const noexcept {
    return queue_->context();
  }
  turn_executor require(boost::asio::execution::blocking_t::never_t) const noexcept {
    return {*queue_, true};
  }
  turn_executor require(boost::asio::execution::blocking_t::possibly_t) const noexcept {
    return {*queue_, false};
  }
  // Whoever is waited for keeps the io_context at work. Beast 1.74 keeps what `prefer` gives by its
  // type: were this property not there, a reference to a temporary.
  turn_executor require(boost::asio::execution::outstanding_work_t::tracked_t) const noexcept {
    return *this;
  }
  turn_executor require(boost::asio::execution::outstanding_work_t::untracked_t) const noexcept {
    return *this;
  }

  template <class Function>
  void execute(Function&& function) const {
    if (!queue_->on_io_thread())
      boost::asio::post(queue_->context(), std::forward<Function>(function));
    else if (never_blocks_)
      queue_->push(std::forward<Function>(function));
    else
      std::decay_t<Function>(std::forward<Function>(function))();
  }

  friend bool operator==(const turn_executor& a, const turn_executor& b) noexcept {
    return a.queue_ == b.queue_ && a.never_blocks_ == b.never_blocks_;
  }
  friend bool operator!=(const turn_executor& a, const turn_executor& b) noexcept {
    return !(a == b);
  }

private:
  turn_executor(turn_queue& queue, bool never_blocks) noexcept
      : queue_(&queue), never_blocks_(never_blocks) {}

  turn_queue* queue_;
  bool never_blocks_ = false;
};

} // namespace tickboard::net
