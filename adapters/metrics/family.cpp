#include "adapters/metrics/family.hpp"

#include <limits>
#include <prometheus/text_serializer.h>
#include <sstream>

namespace tickboard::metrics {

namespace {

prometheus::ClientMetric& series(family& in, const labels& of) {
  auto& out = in.metric.emplace_back();
  for (const auto& [name, value] : of)
    out.label.push_back({name, value});
  return out;
}

double seconds(histogram::duration of) {
  return std::chrono::duration<double>(of).count();
}

} // namespace

family make_family(const note& of, kind type) {
  family out;
  out.name = of.name;
  out.help = of.help;
  out.type = type == kind::counter ? prometheus::MetricType::Counter
             : type == kind::gauge ? prometheus::MetricType::Gauge
                                   : prometheus::MetricType::Histogram;
  return out;
}

void add(family& to, const labels& of, double value) {
  auto& one = series(to, of);
  if (to.type == prometheus::MetricType::Counter)
    one.counter.value = value;
  else
    one.gauge.value = value;
}

void add(family& to, const labels& of, const histogram::reading& read) {
  auto& one = series(to, of).histogram;
  for (std::size_t i = 0; i < read.counts.size(); ++i) {
    one.sample_count += read.counts[i];
    one.bucket.push_back({one.sample_count, i < histogram::bounds.size()
                                                ? seconds(histogram::bounds[i])
                                                : std::numeric_limits<double>::infinity()});
  }
  one.sample_sum = seconds(read.sum);
}

std::string exposition(const families& all) {
  std::ostringstream out;
  prometheus::TextSerializer{}.Serialize(out, all);
  return std::move(out).str();
}

} // namespace tickboard::metrics
