#pragma once

#include <caf/fwd.hpp>

namespace tickboard {

/// The actor answers mailbox_asked with how many messages wait behind that one. What else it does
/// not take is dropped as before, and the one who asked is told so.
void tell_mailbox(caf::scheduled_actor& of);

} // namespace tickboard
