-- Markets that are not followed any more leave the partition. One that is stored with a newer group
-- than the writer knew stays: another daemon follows it.
-- KEYS   1 owner  2 what keys of rows begin with  3 version  4 bases  5 counts  6.. all indexes (by:<field>)
-- ARGV   1 token; then for each market: id, base, 'exchange|quote', version
-- Reply  owner before: 1 this token, 0 another, -1 none. The partition is this token's from now on,
--        so that no other writer takes what it wrote before for stored.
-- Cost   O(markets * indexes * log N)
local owner = redis.call('GET', KEYS[1])
if owner ~= ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[1])
end
for at = 2, #ARGV, 4 do
  local id, of, version = ARGV[at], ARGV[at + 2], ARGV[at + 3]
  local stored = redis.call('HGET', KEYS[3], id)
  if stored and covers(version, stored) then
    redis.call('DEL', KEYS[2] .. id)
    redis.call('HDEL', KEYS[3], id)
    redis.call('ZREM', KEYS[4], ARGV[at + 1] .. '|' .. id)
    if redis.call('HINCRBY', KEYS[5], of, -1) <= 0 then
      redis.call('HDEL', KEYS[5], of)
    end
    for i = 6, #KEYS do
      redis.call('ZREM', KEYS[i], id)
    end
  end
end
return owner == ARGV[1] and 1 or (owner and 0 or -1)
