#include "actors/normalizer.hpp"

#include "actors/error.hpp"
#include "actors/mailbox.hpp"
#include "actors/messages/drain.hpp"
#include "actors/messages/followed.hpp"
#include "actors/messages/quarantine.hpp"
#include "actors/messages/writer.hpp"
#include "adapters/log/log.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>

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

decode_report normalizer_state::decode(const decode_frames& batch) {
  decoder.decode(*batch.from, *batch.frames);
  auto& decoded = decoder.out;
  decode_report out{batch.frames->size(), decoded.patches.size(),  decoded.ignored,
                    decoded.malformed,    decoder.poisoned.size(), decoded.first_problem,
                    decoded.events};
  for (const auto& patch : decoded.patches)
    if (patch.trade)
      out.heard.push_back(static_cast<std::uint32_t>(batch.from->symbols->place(*patch.subject)));
  auto shares = by_writer(decoded.patches, writers.size());
  for (std::size_t w = 0; w < writers.size(); ++w) {
    if (shares[w].empty())
      continue;
    if (const auto to = writers[w]->get())
      self->send(
          to, write_patches{batch.from->id,
                            std::make_shared<const std::vector<ticker_patch>>(std::move(shares[w])),
                            batch.frames});
  }
  for (const auto& one : decoder.poisoned)
    put_aside(batch, one);
  return out;
}

void normalizer_state::put_aside(const decode_frames& batch, const poison_frame& one) {
  const auto size = one.bytes->size();
  const auto to = quarantine->get();
  if (to && asked->to != to)
    asked = std::make_shared<under_way>(under_way{to.address(), 0, 0});
  if (!to || asked->frames == max_frames_under_way || asked->bytes + size > max_bytes_under_way) {
    report(*batch.from, one.what,
           unexpected(std::string{to ? "earlier ones are not written yet"
                                     : "the quarantine is not running"}));
    return;
  }
  ++asked->frames;
  asked->bytes += size;
  const auto done = [this, of = asked, from = batch.from, what = one.what,
                     size](const result<std::string>& file) {
    --of->frames;
    of->bytes -= size;
    report(*from, what, file);
  };
  self->request(to, caf::infinite, keep_frame{batch.from, batch.frames->received_ms, one.bytes})
      .then([done](const frame_kept& kept) { done(kept.file); },
            [done](const caf::error& error) { done(unexpected(describe(error))); });
}

void normalizer_state::report(const source& from, const std::string& what,
                              const result<std::string>& file) {
  const auto now = self->clock().now();
  ++unreported;
  if (reported && now - *reported < report_interval)
    return;
  log::error("normalizer", "a frame that its decoder fails at is left out",
             {{"feed", from.feed},
              {"connection", from.connection},
              {"problem", what},
              {file ? "kept_in" : "not_kept", file ? *file : file.error()},
              {"frames_since_last_line", unreported}});
  reported = now;
  unreported = 0;
}

caf::behavior normalizer(caf::stateful_actor<normalizer_state>* self,
                         std::vector<address_ptr> writers, address_ptr quarantine) {
  keep_exception_text(*self);
  tell_mailbox(*self);
  auto& state = self->state;
  state.writers = std::move(writers);
  state.quarantine = std::move(quarantine);
  return {
      [&state](const decode_frames& batch) { return state.decode(batch); },
      [self, &state](const markets_followed& told) {
        const auto message = caf::make_message(told);
        for (const auto& one : state.writers)
          if (const auto to = one->get())
            self->send(to, message);
      },
      [](const drain_asked&) { return drained{}; }, // behind the patches of earlier frames
  };
}

} // namespace tickboard
