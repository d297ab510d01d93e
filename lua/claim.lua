-- Claims the partition of assets for all who write in this life of the server. What was claimed in
-- another one is of an older state, in which assets may stand that nobody holds any more: it goes.
-- KEYS   1 owner  2.. all others of the partition
-- ARGV   1 owner: names the life of the server
-- Reply  1
-- Cost   O(keys)
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  for k = 2, #KEYS do
    redis.call('UNLINK', KEYS[k])
  end
  redis.call('SET', KEYS[1], ARGV[1])
end
return 1
