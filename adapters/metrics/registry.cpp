#include "adapters/metrics/registry.hpp"

#include <type_traits>
#include <utility>

namespace tickboard::metrics {

template <class Instrument>
Instrument& registry::find(const note& what, kind type, const labels& of) {
  const std::lock_guard lock{mutex_};
  auto& metric =
      metrics_.try_emplace(std::string{what.name}, std::string{what.help}, type).first->second;
  auto [it, fresh] = metric.series.try_emplace(of);
  if (fresh)
    it->second = std::make_unique<Instrument>();
  return *std::get<std::unique_ptr<Instrument>>(it->second);
}

counter& registry::count(const note& what, const labels& of) {
  return find<counter>(what, kind::counter, of);
}

gauge& registry::level(const note& what, const labels& of) {
  return find<gauge>(what, kind::gauge, of);
}

histogram& registry::duration(const note& what, const labels& of) {
  return find<histogram>(what, kind::histogram, of);
}

void registry::watch(const note& what, kind type, const labels& of, std::function<double()> read) {
  const std::lock_guard lock{mutex_};
  auto& metric =
      metrics_.try_emplace(std::string{what.name}, std::string{what.help}, type).first->second;
  metric.series[of] = std::move(read);
}

families registry::read() const {
  const std::lock_guard lock{mutex_};
  families out;
  for (const auto& [name, metric] : metrics_) {
    auto& family = out.emplace_back(make_family({name, metric.help}, metric.type));
    for (const auto& [of, instrument] : metric.series)
      std::visit(
          [&, &of = of](const auto& one) {
            using type = std::decay_t<decltype(one)>;
            if constexpr (std::is_same_v<type, std::function<double()>>)
              add(family, of, one());
            else if constexpr (std::is_same_v<type, std::unique_ptr<histogram>>)
              add(family, of, one->read());
            else
              add(family, of, static_cast<double>(one->value()));
          },
          instrument);
  }
  return out;
}

} // namespace tickboard::metrics
