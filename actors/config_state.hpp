#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace tickboard {

/// Whether what runs is what the config file says, as far as a reload has looked. Any thread: one
/// lock, which is never held for longer than a look.
class config_state {
public:
  struct summary {
    std::string_view state = "ok"; ///< ok; waiting: see `wait_for_start`; refused: see `refuse`
    std::string problem;           ///< a sentence, without values of the file; empty: ok
  };

  /// The file could not be taken over; everything is as it was. The log says why.
  void refuse();
  /// It was taken over, but for what counts from the next start on: these keys, if any.
  void take_over(const std::vector<std::string>& waiting);

  summary look() const;

private:
  mutable std::mutex mutex_;
  summary now_;
};

} // namespace tickboard
