#include "actors/mailbox.hpp"

#include "actors/messages/figures.hpp"

#include <caf/all.hpp>

namespace tickboard {

void tell_mailbox(caf::scheduled_actor& of) {
  of.set_default_handler(
      [](caf::scheduled_actor* self, caf::message_view& given) -> caf::result<caf::message> {
        if (given.content().match_elements<mailbox_asked>())
          return caf::make_message(mailbox_told{self->mailbox().size()});
        return caf::print_and_drop(self, given);
      });
}

} // namespace tickboard
