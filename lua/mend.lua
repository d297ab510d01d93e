-- Brings one market of a partition into line with a row, or removes it, for `tickboard verify
-- --repair`; unless somebody has written it since it was judged. Writers then have to merge each
-- market before they write it again (the owner is another one), because what they take for stored
-- is not.
-- KEYS   1 owner  2 what keys of rows begin with  3 version  4 bases  5 counts  6 by:id  7.. the other indexes
-- ARGV   1 new owner  2 id  3 its member of bases  4 'exchange|quote'
--        5 row as judged, '' for none  6 version as judged, '' for none
--        7 row as it should be, '' to remove the market; if not: 8 version  9.. score for each of
--        KEYS[7..]
-- Reply  1 done; 0 somebody has written it meanwhile
-- Cost   O(indexes * log N)
local id = ARGV[2]
local row = KEYS[2] .. id
if (redis.call('GET', row) or '') ~= ARGV[5]
    or (redis.call('HGET', KEYS[3], id) or '') ~= ARGV[6] then
  return 0
end
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('SET', KEYS[1], ARGV[1])
end
if ARGV[7] == '' then
  if redis.call('DEL', row) == 1 and redis.call('HINCRBY', KEYS[5], ARGV[4], -1) <= 0 then
    redis.call('HDEL', KEYS[5], ARGV[4])
  end
  redis.call('HDEL', KEYS[3], id)
  redis.call('ZREM', KEYS[4], ARGV[3])
  for k = 6, #KEYS do
    redis.call('ZREM', KEYS[k], id)
  end
  return 1
end
if not redis.call('SET', row, ARGV[7], 'GET') then
  redis.call('HINCRBY', KEYS[5], ARGV[4], 1)
end
redis.call('HSET', KEYS[3], id, ARGV[8])
redis.call('ZADD', KEYS[4], 0, ARGV[3])
redis.call('ZADD', KEYS[6], 0, id)
for k = 7, #KEYS do
  redis.call('ZADD', KEYS[k], ARGV[k + 2], id)
end
return 1
