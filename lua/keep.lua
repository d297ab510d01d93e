-- Says that a partition is whole, for a while, unless it was emptied since its owner claimed it.
-- KEYS   1 epoch  2 owner
-- ARGV   1 milliseconds  2 what the epoch says: the life of the server
-- Reply  1 said; 0 the partition was emptied
-- Cost   O(1)
if redis.call('EXISTS', KEYS[2]) == 0 then
  return 0
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[1])
return 1
