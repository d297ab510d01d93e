#pragma once

#include <caf/error.hpp>
#include <caf/fwd.hpp>
#include <caf/make_message.hpp>
#include <caf/message.hpp>

#include <cstdint>
#include <string>

namespace tickboard {

/// Why an actor ended or refused. Each comes with one sentence for the operator as its context.
enum class ec : std::uint8_t {
  connection_lost = 1, ///< refused, failed or closed by the peer
  stalled,             ///< connected, but no data within the feed's stall_timeout
  not_acknowledged,    ///< subscriptions stayed without an answer
  refused,             ///< the exchange refused what we cannot do without
  discovery_failed,    ///< the symbol listing could not be had, or has nothing that is configured
  store_unavailable,   ///< Redis cannot answer now; trying again helps
  rebuilding,          ///< Redis was emptied and is being refilled; trying again helps
  overloaded,          ///< a configured limit is reached; trying again later helps
  gave_up,             ///< a supervisor's child used up its restart budget
  defect,              ///< an exception escaped a handler: a bug of ours
};

/// The sentence inside `error`, or CAF's own text for errors that are not ours.
std::string describe(const caf::error& error);

/// Why an actor's answer did not come: a sentence for clients.
std::string why_not(const caf::error& error);

/// The text of the exception that is being handled; only within a catch block.
std::string exception_text();

/// An exception that escapes a handler ends the actor with its text as ec::defect, for the log and
/// the supervisor; CAF alone prints it to stdout and keeps a bare code.
void keep_exception_text(caf::scheduled_actor& of);

} // namespace tickboard

CAF_ERROR_CODE_ENUM(tickboard::ec, "tickboard")
