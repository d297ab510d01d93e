#pragma once

#include "adapters/metrics/family.hpp"

namespace tickboard::metrics {

/// CPU time, memory, files and start of this process, as Prometheus' own clients name them. Reads
/// /proc, so it may block: not for io threads. What cannot be read is left out.
families process_figures();

} // namespace tickboard::metrics
