#include "actors/admission.hpp"

#include "actors/familiar_route.hpp"
#include "actors/static_document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tickboard {

namespace {

constexpr std::array<std::string_view, 2> open_paths{"/healthz", "/readyz"};

bool is_document(std::string_view path) {
  return path == "/openapi.json" || path == "/docs" || board_file(path) != nullptr;
}

/// The key that a request gives; empty without one. Other schemes of Authorization are those of
/// proxies on the way.
std::string_view given_key(const net::http_request& request) {
  if (!request.api_key.empty())
    return request.api_key;
  constexpr std::string_view scheme = "bearer ";
  std::string_view rest = request.authorization;
  if (rest.size() <= scheme.size() ||
      !std::equal(scheme.begin(), scheme.end(), rest.begin(), [](char expected, char c) {
        return expected == (c >= 'A' && c <= 'Z' ? static_cast<char>(c + 0x20) : c);
      }))
    return {};
  rest.remove_prefix(scheme.size());
  return rest.substr(std::min(rest.find_first_not_of(' '), rest.size()));
}

std::optional<token_bucket> bucket_of(const rate_limit& limit) {
  if (!limit.limits())
    return std::nullopt;
  return token_bucket{limit, token_bucket::clock::now()};
}

net::http_response in_words_of(std::string_view path, unsigned status, std::string_view title,
                               const std::string& detail) {
  if (const auto of = dialect_at(path))
    return familiar_error(*of, status, detail);
  return net::problem(status, title, detail);
}

} // namespace

admission::admission(const config::client_settings& clients,
                     const std::vector<config::key_settings>& keys) {
  change(clients, keys);
}

void admission::change(const config::client_settings& clients,
                       const std::vector<config::key_settings>& keys) {
  auto fresh = std::make_shared<rules>();
  fresh->key_required = clients.key_required;
  fresh->limits_strangers = clients.rate != 0;
  for (const auto& one : keys)
    if (const auto digest = net::parse_digest(one.sha256)) {
      const rate_limit limit{one.rate, one.burst};
      fresh->keys.push_back({*digest, limit, bucket_of(limit)});
    }
  const std::lock_guard lock{mutex_};
  for (auto& one : fresh->keys)
    if (const auto* const before = rules_->find(one.digest); before && before->limit == one.limit)
      one.bucket = before->bucket;
  if (const rate_limit limit{clients.rate, clients.burst};
      strangers_.limit() != limit || strangers_.max() != clients.max_networks)
    strangers_ = bucket_table{limit, clients.max_networks};
  fresh->number = rules_->number + 1;
  number_ = fresh->number;
  guards_ = fresh->key_required || fresh->limits_strangers || !fresh->keys.empty();
  rules_ = std::move(fresh);
}

admission::api_key* admission::rules::find(const net::digest& key) noexcept {
  api_key* found = nullptr;
  for (auto& one : keys) // all of them: how long it takes says nothing
    if (net::same_digest(one.digest, key))
      found = &one;
  return found;
}

std::shared_ptr<admission::rules> admission::current() const {
  const std::lock_guard lock{mutex_};
  return rules_;
}

admission_verdict admission::admit(const net::http_request& request, std::string_view path,
                                   std::string_view network, token_bucket::clock::time_point now) {
  const auto text = given_key(request);
  const auto key = text.empty() ? std::nullopt : std::optional{net::sha256(text)};
  const auto by = current();
  return count(*by, key, by->key_required && !is_document(path), network, now);
}

admission_verdict admission::admit_again(const admission_ticket& ticket, std::string_view network,
                                         token_bucket::clock::time_point now) {
  const auto by = current();
  return count(*by, ticket.key, by->key_required, network, now);
}

admission_verdict admission::count(rules& by, const std::optional<net::digest>& key, bool needs_key,
                                   std::string_view network, token_bucket::clock::time_point now) {
  admission_verdict out;
  out.ticket = {key, by.number};
  auto* const known = key ? by.find(*key) : nullptr;
  const std::lock_guard lock{mutex_};
  if (key) {
    if (known == nullptr)
      out.is = admission_outcome::key_unknown;
    else if (known->bucket)
      out.rate = known->bucket->take(now);
    if (known != nullptr)
      out.client = fmt::format("key {}", known - by.keys.data());
  } else if (needs_key) {
    out.is = admission_outcome::key_missing;
  } else if (by.limits_strangers) {
    out.rate = strangers_.take(network, now);
  }
  if (out.rate && !out.rate->allowed)
    out.is = admission_outcome::too_many;
  return out;
}

bool admission::is_open(std::string_view path) noexcept {
  return std::ranges::find(open_paths, path) != open_paths.end();
}

bool admission::lets_stay(admission_ticket& ticket) const {
  if (ticket.rules == number_)
    return true;
  const auto by = current();
  const bool stays = ticket.key ? by->find(*ticket.key) != nullptr : !by->key_required;
  if (stays)
    ticket.rules = by->number;
  return stays;
}

void add_rate_headers(net::http_response& to, const rate_verdict& rate) {
  to.headers.emplace_back("RateLimit-Limit", fmt::format("{}", rate.limit));
  to.headers.emplace_back("RateLimit-Remaining", fmt::format("{}", rate.left));
  to.headers.emplace_back("RateLimit-Reset", fmt::format("{}", rate.whole_after.count()));
}

net::http_response refusal_of(const admission_verdict& why, std::string_view path) {
  if (why.is == admission_outcome::too_many) {
    const auto wait = why.rate->retry_after.count();
    auto out = in_words_of(path, 429, "Too many requests",
                           fmt::format("more requests than may be asked; try again in {} s", wait));
    out.headers.emplace_back("Retry-After", fmt::format("{}", wait));
    return out;
  }
  constexpr std::string_view how = "as Authorization: Bearer KEY, or as X-API-Key: KEY";
  const bool missing = why.is == admission_outcome::key_missing;
  auto out = in_words_of(
      path, 401, missing ? "Key missing" : "Key unknown",
      missing ? fmt::format("an API key is needed; give it {}", how)
              : fmt::format("the API key is not one that is known here; give one {}", how));
  // RFC 6750 section 3.1: no error code for who has not tried.
  out.headers.emplace_back("WWW-Authenticate",
                           missing ? "Bearer realm=\"tickboard\""
                                   : "Bearer realm=\"tickboard\", error=\"invalid_token\"");
  return out;
}

net::http_response refusal_of(const admission_ticket& ticket) {
  admission_verdict why;
  why.is = ticket.key ? admission_outcome::key_unknown : admission_outcome::key_missing;
  return refusal_of(why, "/v1");
}

} // namespace tickboard
