#include "actors/connect_file.hpp"

#include "actors/error.hpp"
#include "actors/messages/connect_gate.hpp"
#include "adapters/exchange/connect_ledger.hpp"
#include "adapters/files/whole_file.hpp"

#include <caf/all.hpp>

#include <filesystem>

namespace tickboard {

caf::behavior connect_file(caf::event_based_actor* self) {
  keep_exception_text(*self);
  return {
      [](const read_connects& job) {
        std::error_code failed;
        if (!std::filesystem::exists(job.file, failed) && !failed)
          return connects_read{std::string{}};
        auto read = files::read_whole(job.file, exchange::connect_ledger::most_text_bytes);
        if (!read)
          return connects_read{unexpected(read.error())};
        return connects_read{std::move(read->text)};
      },
      [](const save_connects& job) {
        const auto saved = files::replace_whole(job.file, job.text);
        return connects_saved{saved ? "" : saved.error()};
      },
  };
}

} // namespace tickboard
