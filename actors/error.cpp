#include "actors/error.hpp"

#include <caf/actor_system.hpp>
#include <caf/exit_reason.hpp>
#include <caf/message.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/sec.hpp>

#include <exception>

namespace tickboard {

std::string describe(const caf::error& error) {
  if (!error)
    return "ended normally";
  if (error.context().match_elements<std::string>())
    return error.context().get_as<std::string>(0);
  if (error.category() == caf::atom("exit"))
    return to_string(static_cast<caf::exit_reason>(error.code()));
  if (error.category() == caf::atom("system"))
    return to_string(static_cast<caf::sec>(error.code()));
  return to_string(error);
}

std::string why_not(const caf::error& error) {
  if (error == caf::sec::request_timeout)
    return "the answer took too long";
  if (error.category() == caf::atom("system") || error.category() == caf::atom("exit"))
    return "the part of tickboard that knows is being restarted";
  return describe(error);
}

std::string exception_text() {
  try {
    throw;
  } catch (const std::exception& what) {
    return std::string{"exception: "} + what.what();
  } catch (...) {
    return "an exception of an unknown type";
  }
}

void keep_exception_text(caf::scheduled_actor& of) {
  of.set_exception_handler([](std::exception_ptr& escaped) -> caf::error {
    try {
      std::rethrow_exception(escaped);
    } catch (...) {
      return caf::make_error(ec::defect, exception_text());
    }
  });
}

} // namespace tickboard
