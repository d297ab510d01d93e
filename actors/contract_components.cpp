#include "actors/contract.hpp"

namespace tickboard {

std::vector<header_note> contract_headers() {
  return {
      {"ETag", true, "Names what the body says, ages left out; for If-None-Match.",
       "W/\"f61692e05fd4752b\""},
      {"Cache-Control", true, "Whether, and for how many seconds, the answer may be reused.",
       "no-cache"},
      {"Age", false, "Seconds since the answer was made, if answers are reused or it is stale.",
       "0"},
      {"X-Stale-Since", false,
       "Redis cannot answer, and this is the last good answer: of this time, Unix milliseconds. "
       "Not "
       "there in answers of now.",
       "1795411128660"},
      {"Vary", false, "The header fields of the request that the answer depends on.",
       "Accept, Accept-Encoding"},
      {"Server-Timing", true, "Milliseconds of Redis, and in all.",
       "redis;dur=0.241, total;dur=0.286"},
      {"Link", true, "The first, previous, next and last page, as far as there are (RFC 8288).",
       "</v1/markets?sort=-quote_volume_24h&page=2&per_page=50>; rel=\"next\""},
      {"X-Total-Count", false, "Rows of all pages; of formats other than JSON.", "557"},
      {"Retry-After", false, "Seconds after which to ask again.", "1"},
      {"RateLimit-Limit", false, "Requests that may be asked at once, for those who are limited.",
       "20"},
      {"RateLimit-Remaining", false, "How many of them are left.", "19"},
      {"RateLimit-Reset", false, "Seconds until all of them are back.", "1"},
      {"WWW-Authenticate", true, "How a key is given.", "Bearer realm=\"tickboard\""},
      {"Upgrade", true, "What the connection has to become.", "websocket"},
      {"X-Accel-Buffering", true, "That nginx is to pass events on as they come.", "no"},
      {"Allow", true, "The methods that are allowed.", "GET, HEAD"},
      {"Content-Security-Policy", true, "What the page may load: nothing from elsewhere.",
       "default-src 'none'"},
  };
}

const std::vector<status_note>& contract_statuses() {
  static const std::vector<status_note> all{
      {304, "NotModified", "What If-None-Match names is what would be answered.", "", {}},
      {400,
       "BadRequest",
       "A parameter is unknown, repeated, of the wrong type or out of range. Names it, and what "
       "it takes.",
       R"({"type":"about:blank","title":"Bad parameter","status":400,"detail":"page is out of )"
       R"(range; allowed: a whole number from 1 to 1000000","parameter":"page","allowed":)"
       R"("a whole number from 1 to 1000000"})",
       {}},
      {401,
       "Unauthorized",
       "An API key is needed here and missing, or one is given that is not known.",
       R"({"type":"about:blank","title":"Key missing","status":401,"detail":"an API key is needed; )"
       R"(give it as Authorization: Bearer KEY, or as X-API-Key: KEY"})",
       {"WWW-Authenticate"}},
      {403,
       "Forbidden",
       "A page in a browser asks that is not of this daemon.",
       R"({"type":"about:blank","title":"Forbidden","status":403,"detail":"pages of )"
       R"(\"https://example.com\" may not read answers; http.cors_origin says whose may"})",
       {}},
      {404,
       "NotFound",
       "There is no such thing.",
       R"({"type":"about:blank","title":"No such market","status":404,"detail":"kraken:A-B is )"
       R"(not followed; GET /v1/markets lists what is"})",
       {}},
      {405,
       "MethodNotAllowed",
       "Only GET and HEAD are allowed.",
       R"({"type":"about:blank","title":"Method not allowed","status":405,"detail":"POST is not )"
       R"(allowed here; allowed: GET, HEAD"})",
       {"Allow"}},
      {410,
       "Gone",
       "The snapshot has expired; ask for a new one.",
       R"({"type":"about:blank","title":"Snapshot expired","status":410,"detail":"this snapshot )"
       R"(is gone; ask for a new one with snapshot=new"})",
       {}},
      {422, "Missing", "A parameter that is needed is missing.", "", {}},
      {426,
       "UpgradeRequired",
       "It is a WebSocket, and was not asked for as one.",
       R"({"type":"about:blank","title":"Upgrade required","status":426,"detail":"this resource is a )"
       R"(WebSocket (RFC 6455); GET /v1/stream is the same without"})",
       {"Upgrade"}},
      {429,
       "TooManyRequests",
       "More requests than may be asked with this key, or from this address.",
       R"({"type":"about:blank","title":"Too many requests","status":429,"detail":"more requests )"
       R"(than may be asked; try again in 1 s"})",
       {"Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"}},
      {500, "Failed", "It cannot be answered now.", "", {"Retry-After"}},
      {503,
       "Unavailable",
       "It cannot be answered now; never an empty page instead.",
       R"({"type":"about:blank","title":"Not available now","status":503,"detail":"the board is )"
       R"(not whole in Redis, after a start or because Redis lost it; /readyz says what it waits )"
       R"(for"})",
       {"Retry-After"}},
  };
  return all;
}

} // namespace tickboard
