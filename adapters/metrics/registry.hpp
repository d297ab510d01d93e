#pragma once

#include "adapters/metrics/counter.hpp"
#include "adapters/metrics/family.hpp"
#include "adapters/metrics/histogram.hpp"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <variant>

namespace tickboard::metrics {

/// What the parts of a process count. A part asks for its counters once, when it is set up, and
/// keeps the references, which stay good for the registry's life; counting then takes no lock. Who
/// asks again for the same name and labels gets the same counter, so that it goes on where a part
/// is started anew. Any thread.
class registry {
public:
  counter& count(const note& what, const labels& of = {});
  gauge& level(const note& what, const labels& of = {});
  histogram& duration(const note& what, const labels& of = {});
  /// A counter or gauge that is asked for when it is read. `read` runs on the reader's thread,
  /// under the registry's lock: it must not block.
  void watch(const note& what, kind type, const labels& of, std::function<double()> read);

  /// All metrics by name, with all series.
  families read() const;

private:
  using instrument = std::variant<std::unique_ptr<counter>, std::unique_ptr<gauge>,
                                  std::unique_ptr<histogram>, std::function<double()>>;
  struct metric {
    std::string help;
    kind type;
    std::map<labels, instrument> series;
  };

  template <class Instrument>
  Instrument& find(const note& what, kind type, const labels& of);

  mutable std::mutex mutex_;
  std::map<std::string, metric, std::less<>> metrics_;
};

using registry_ptr = std::shared_ptr<registry>;

} // namespace tickboard::metrics
