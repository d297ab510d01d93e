#pragma once

#include <doctest/doctest.h>
#include <hiredis/hiredis.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tickboard::test {

/// An operator's connection to Redis, made once and kept: it also serves where no other one can be
/// made, and while Redis answers nobody else.
class redis_admin {
public:
  /// `where`: unix:///path.
  explicit redis_admin(const std::string& where)
      : context_(redisConnectUnix(where.substr(std::string_view{"unix://"}.size()).c_str()),
                 &redisFree) {
    REQUIRE(context_);
    REQUIRE_MESSAGE(context_->err == 0, context_->errstr);
  }

  /// The answer as text; that of an error is the error's.
  std::string operator()(std::initializer_list<std::string_view> words) {
    send(words);
    void* raw = nullptr;
    REQUIRE_MESSAGE(redisGetReply(context_.get(), &raw) == REDIS_OK, context_->errstr);
    const std::unique_ptr<void, void (*)(void*)> owned{raw, &freeReplyObject};
    const auto* const reply = static_cast<const redisReply*>(raw);
    return reply->str != nullptr ? std::string{reply->str, static_cast<std::size_t>(reply->len)}
                                 : std::to_string(reply->integer);
  }

  /// Does not wait for the answer; nothing else may be asked here from then on.
  void send(std::initializer_list<std::string_view> words) {
    std::vector<const char*> begins;
    std::vector<std::size_t> sizes;
    for (const auto one : words) {
      begins.push_back(one.data());
      sizes.push_back(one.size());
    }
    redisAppendCommandArgv(context_.get(), static_cast<int>(begins.size()), begins.data(),
                           sizes.data());
    for (int done = 0; done == 0;)
      REQUIRE(redisBufferWrite(context_.get(), &done) == REDIS_OK);
  }

private:
  std::unique_ptr<redisContext, void (*)(redisContext*)> context_;
};

} // namespace tickboard::test
