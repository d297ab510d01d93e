#include "adapters/redis/verify/verification.hpp"

#include "adapters/redis/verify/asset_check.hpp"
#include "adapters/redis/verify/daemons.hpp"
#include "adapters/redis/verify/partition_check.hpp"
#include "adapters/redis/verify/repair.hpp"

#include <thread>

namespace tickboard::redis {

result<verify_report> verify(const verify_options& options) {
  try {
    auto scripts = repair_scripts();
    scripts.push_back(inspector::inspect_script());
    conversation on{options.to, std::move(scripts), options.timeout};
    const layout keys{options.prefix, options.quotes};
    const asset_keys assets{options.prefix};
    const auto wait = options.wait ? options.wait : [](std::chrono::milliseconds time) {
      std::this_thread::sleep_for(time);
    };
    const auto writing = find_daemons(on, keys, wait);
    discovery found;
    inspector looking{on, keys};
    partition_check check{on, keys, looking, writing, wait, found};
    for (std::size_t i = 0; i < keys.size(); ++i)
      check.run(i);
    check.settle();
    check_assets(on, assets, writing, wait, found);
    if (options.repair)
      repair(on, keys, assets, looking, check, found);
    return std::move(found.report);
  } catch (const unanswered& failure) {
    return unexpected(std::string{failure.what()});
  }
}

} // namespace tickboard::redis
