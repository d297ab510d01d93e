#pragma once

#include "adapters/redis/verify/daemons.hpp"
#include "adapters/redis/verify/inspection.hpp"
#include "adapters/redis/verify/verification.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace tickboard::redis {

/// What has been found so far, and what a repair is to look at.
struct discovery {
  static constexpr std::size_t max_to_mend = 50'000; ///< markets: what one run repairs

  verify_report report;
  std::set<std::pair<std::size_t, std::string>> markets; ///< partition and id
  std::set<std::pair<std::size_t, std::string>> strays;  ///< partition and member of `bases`
  std::set<std::size_t> counts;                          ///< partitions
  bool assets = false;

  void found(const std::string& partition, std::string subject, std::string what);
};

/// Goes through partitions. Beside a daemon that lives, what disagrees is looked at again: what is
/// never late counts if it is still there, and what may be late once its row has stood still for
/// longer than anything lags.
class partition_check {
public:
  partition_check(conversation& on, const layout& keys, inspector& looking, const daemons& writing,
                  const waiting& wait, discovery& into)
      : on_(on), keys_(keys), looking_(looking), writing_(writing), wait_(wait), into_(into) {}

  void run(std::size_t partition);
  /// To be called after the last run: suspects of all partitions are looked at again together.
  void settle();

  struct wrong_count {
    std::string name;  ///< "exchange|quote"
    std::string there; ///< empty: nothing is
    std::string due;   ///< "0": nothing should be
    friend bool operator==(const wrong_count&, const wrong_count&) = default;
  };
  std::vector<wrong_count> wrong_counts(std::size_t partition);

private:
  /// A market that disagreed when it was last looked at.
  struct suspect {
    std::size_t partition;
    std::string id;
    std::vector<disagreement> before;
    std::vector<disagreement> told;
    std::size_t row = 0; ///< fingerprint of what the disagreements are between
    int stood = 0;       ///< looks in a row since, at which it was the same
  };

  std::vector<disagreement> judge(std::size_t partition, const sighting& seen) const;
  void take(const std::vector<std::string>& ids);
  void first_look(std::vector<std::string>& ids, bool last);
  bool is_late_no_more(const disagreement& one, int stood) const;
  void judge_again(suspect& one, const sighting& seen, int look);
  bool is_emptied();
  void check_rows();
  void scan_rows(std::size_t partition,
                 const std::function<void(const std::vector<std::string>&)>& visit);
  void check_rests();
  void check_bases();
  using counts = std::map<std::string, std::string>; ///< by "exchange|quote"
  counts count_rows(std::size_t partition);
  counts stored_counts(std::size_t partition);
  void check_counts();
  std::string name(std::size_t partition) const;

  conversation& on_;
  const layout& keys_;
  inspector& looking_;
  const daemons& writing_;
  const waiting& wait_;
  discovery& into_;
  std::size_t partition_ = 0;
  std::unordered_set<std::size_t> seen_; ///< hashes of ids: scans repeat themselves
  std::vector<std::string> batch_;
  std::vector<suspect> suspects_;
};

} // namespace tickboard::redis
