-- Sets the number of markets of an exchange and quote, for `tickboard verify --repair`, unless it
-- has changed since it was judged.
-- KEYS   1 counts
-- ARGV   1 'exchange|quote'  2 number as judged, '' for none  3 number as it should be, 0: none
-- Reply  1 done; 0 it has changed meanwhile
-- Cost   O(1)
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then
  return 0
end
if ARGV[3] == '0' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
end
return 1
