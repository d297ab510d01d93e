#pragma once

#include "adapters/metrics/histogram.hpp"

#include <prometheus/metric_family.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tickboard::metrics {

/// The name and value of each; values may be any text. Bounded sets alone: feeds, connections,
/// parts, route templates, scripts; never markets, paths or clients.
using labels = std::vector<std::pair<std::string, std::string>>;

enum class kind : std::uint8_t { counter, gauge, histogram };

/// What a metric is called and means: one line, without line breaks.
struct note {
  std::string_view name;
  std::string_view help;
};

/// A metric with all of its series, as read.
using family = prometheus::MetricFamily;
using families = std::vector<family>;

family make_family(const note& of, kind type);
/// A series of a counter or a gauge.
void add(family& to, const labels& of, double value);
void add(family& to, const labels& of, const histogram::reading& read);

/// As Prometheus reads it: text format 0.0.4.
std::string exposition(const families& all);

} // namespace tickboard::metrics
