#pragma once

#include <chrono>

namespace tickboard::test {

/// Since it was made, for the tables of docs/reliability.md; nothing is asserted about it.
class stopwatch {
public:
  long long ms() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                 begin_)
        .count();
  }

private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

} // namespace tickboard::test
