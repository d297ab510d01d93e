-- Assets without any market leave their partition.
-- KEYS   1 owner  2 row  3 tags  4.. indexes (by:<field>)
-- ARGV   1 owner; then the symbols
-- Reply  1 done; 0 somebody else owns the partition; -1 it was emptied. Unless 1, nothing is done.
-- Cost   O(symbols * indexes * log N)
local owner = redis.call('GET', KEYS[1])
if owner ~= ARGV[1] then
  return owner and 0 or -1
end
for i = 2, #ARGV do
  redis.call('HDEL', KEYS[2], ARGV[i])
  redis.call('HDEL', KEYS[3], ARGV[i])
  for k = 4, #KEYS do
    redis.call('ZREM', KEYS[k], ARGV[i])
  end
end
return 1
