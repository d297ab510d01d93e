-- Rows whose stored state this writer does not know: after a start, a reconnect, or another
-- daemon's write. Each is written only if none of its groups is older than what is stored.
-- KEYS   1 owner  2 what keys of rows begin with  3 version  4 bases  5 counts  6 by:id  7.. the other indexes
-- ARGV   1 token; then for each market: id, base, 'exchange|quote', row, version, one score for
--        each of KEYS[7..]
-- Reply  {owner before: 1 this token, 0 another, -1 none, then for each market that is stored
--        with a newer group: id, stored version, stored row}. Those are not written: take the
--        newer groups over and send them again.
-- Cost   O(markets * log N)
local owner = redis.call('GET', KEYS[1])
if owner ~= ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[1])
end

local reply = {owner == ARGV[1] and 1 or (owner and 0 or -1)}
local indexes = #KEYS - 6
for at = 2, #ARGV, 5 + indexes do
  local id, row, version = ARGV[at], ARGV[at + 3], ARGV[at + 4]
  local stored = redis.call('HGET', KEYS[3], id)
  if stored and not covers(version, stored) then
    reply[#reply + 1] = id
    reply[#reply + 1] = stored
    reply[#reply + 1] = redis.call('GET', KEYS[2] .. id) or ''
  else
    -- Also if a version is stored: it may have outlived what lists the market, which nothing else
    -- would ever bring back.
    redis.call('ZADD', KEYS[4], 0, ARGV[at + 1] .. '|' .. id)
    if redis.call('ZADD', KEYS[6], 0, id) == 1 then
      redis.call('HINCRBY', KEYS[5], ARGV[at + 2], 1)
    end
    redis.call('SET', KEYS[2] .. id, row)
    redis.call('HSET', KEYS[3], id, version)
    for i = 1, indexes do
      redis.call('ZADD', KEYS[6 + i], ARGV[at + 4 + i], id)
    end
  end
end
return reply
