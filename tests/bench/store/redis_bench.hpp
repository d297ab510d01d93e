#pragma once

#include "actors/board.hpp"
#include "adapters/net/io_thread.hpp"
#include "adapters/redis/private_server.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tickboard::bench {

/// What a question was answered with, in a form in which answers are compared.
using texts = std::vector<std::string>;

/// Asks on `client`, in one or several commands, and calls `done` once, on the io thread.
using finished = std::function<void(texts)>;
using question =
    std::function<void(const std::shared_ptr<redis::client>& client, const finished& done)>;

/// Ends the program with exit code 1.
[[noreturn]] void fail(const std::string& why);

/// A private redis-server, some connections to it, and what answering costs it. Used from the main
/// thread.
class redis_bench {
public:
  explicit redis_bench(const board_ptr& board, const std::vector<std::string>& options = {});
  ~redis_bench();

  const std::shared_ptr<redis::client>& client() const { return clients_.front(); }

  /// Waits for the answer to one command; ends the program if that is an error.
  std::string run(redis::command command);
  /// Runs them, in order, without waiting for each.
  void run_all(std::vector<redis::command> commands);
  void run_all(std::vector<redis::call> calls);

  texts ask(const question& what);

  /// The processor time that Redis takes for one question, in microseconds: of as many as take
  /// about `milliseconds`, at least 3, asked one after the other on each of the connections.
  double cost(const question& what, double milliseconds);

  /// How long script calls have held Redis since `forget_calls`, in milliseconds. The longest one
  /// may tell of the machine rather than of Redis.
  struct held {
    double most; ///< 99.9 % of the calls are not longer
    double longest;
  };
  held held_by_calls();
  void forget_calls();

private:
  void repeat(const question& what, std::size_t count);
  double processor_us() const; ///< of all threads of the server, since its start

  std::unique_ptr<redis::private_server> server_;
  net::io_thread io_;
  std::vector<std::shared_ptr<redis::client>> clients_;
};

/// The texts of an array's elements; those of arrays in it follow in their place.
void append_texts(texts& out, const redis::reply& from);

/// Plain commands, pipelined. `done` hears their replies' texts in one list.
void ask_plain(const std::shared_ptr<redis::client>& client, std::vector<redis::command> commands,
               const finished& done);

} // namespace tickboard::bench
