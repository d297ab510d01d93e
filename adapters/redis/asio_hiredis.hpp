#pragma once

#include <boost/asio/io_context.hpp>

#include <memory>

struct redisAsyncContext;

namespace tickboard::redis {

/// How Asio drives a hiredis context: the adapter that hiredis 0.14 does not ship. io thread only.
class attachment {
public:
  virtual ~attachment() = default;

  /// While patient, the attachment does not wake up for what Redis sends, its end included: whoever
  /// asks for patience must `look` before long. A wake-up costs more than what a reply says.
  virtual void be_patient(bool patient) = 0;

  /// Handles what Redis has sent by now; does not wait. May free the context, or call anything that
  /// the callbacks of replies call.
  virtual void look() = 0;
};

/// The context belongs to the io thread from here on; the attachment does nothing more once hiredis
/// has freed it.
std::shared_ptr<attachment> attach(boost::asio::io_context& io, redisAsyncContext& context);

} // namespace tickboard::redis
