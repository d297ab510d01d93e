#include "actors/quarantine.hpp"

#include "actors/error.hpp"
#include "actors/mailbox.hpp"
#include "actors/messages/quarantine.hpp"
#include "adapters/exchange/recording.hpp"
#include "adapters/files/bounded_directory.hpp"

#include <caf/all.hpp>

namespace tickboard {

namespace {

result<std::string> keep(const quarantine_config& config, const keep_frame& one) {
  if (config.directory.empty())
    return unexpected(std::string{"quarantine.directory is empty"});
  exchange::recorded_frame frame;
  frame.t = static_cast<double>(one.received_ms) / 1000;
  frame.frame = *one.bytes;
  std::string line;
  exchange::append_recorded_frame(line, frame);
  const auto name = one.from->feed + ".jsonl";
  if (auto kept = files::append_within(config.directory, name, line, config.max_bytes); !kept)
    return unexpected(kept.error());
  return config.directory + '/' + name;
}

} // namespace

caf::behavior quarantine(caf::event_based_actor* self, quarantine_config config) {
  keep_exception_text(*self);
  tell_mailbox(*self);
  return {[config = std::move(config)](const keep_frame& one) {
    return frame_kept{keep(config, one)};
  }};
}

} // namespace tickboard
