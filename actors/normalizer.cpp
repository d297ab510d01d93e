#include "actors/normalizer.hpp"

#include "actors/error.hpp"

#include <caf/all.hpp>

namespace tickboard {

namespace {

/// Each writer's share of the patches; with one writer the vector moves on as it is.
std::vector<std::vector<ticker_patch>> by_writer(std::vector<ticker_patch>& patches,
                                                 std::size_t writers) {
  std::vector<std::vector<ticker_patch>> out(writers);
  if (writers == 1) {
    out[0].assign(std::make_move_iterator(patches.begin()), std::make_move_iterator(patches.end()));
    return out;
  }
  for (auto& patch : patches)
    out[patch.subject->hash % writers].push_back(std::move(patch));
  return out;
}

} // namespace

caf::behavior normalizer(caf::event_based_actor* self, std::vector<address_ptr> writers) {
  keep_exception_text(*self);
  auto decoded = std::make_shared<exchange::decoded>(); // reused: keeps its capacity
  return {
      [self, writers, decoded](const decode_frames& batch) {
        decoded->clear();
        auto& frames = *batch.frames;
        for (std::size_t i = 0; i < frames.size(); ++i)
          batch.from->protocol->decode(frames.frame(i), frames.received_ms, *batch.from->symbols,
                                       *decoded);
        decode_report report{frames.size(),      decoded->patches.size(), decoded->ignored,
                             decoded->malformed, decoded->first_problem,  decoded->events};
        auto shares = by_writer(decoded->patches, writers.size());
        for (std::size_t w = 0; w < writers.size(); ++w) {
          if (shares[w].empty())
            continue;
          if (const auto to = writers[w]->get())
            self->send(to, write_patches{batch.from->id,
                                         std::make_shared<const std::vector<ticker_patch>>(
                                             std::move(shares[w])),
                                         batch.frames});
        }
        return report;
      },
      [self, writers](const markets_followed& told) {
        const auto message = caf::make_message(told);
        for (const auto& one : writers)
          if (const auto to = one->get())
            self->send(to, message);
      },
      [](const drain_asked&) { return drained{}; }, // behind the patches of earlier frames
  };
}

} // namespace tickboard
