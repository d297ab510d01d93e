-- The rows of some assets, by name.
-- KEYS   1 epoch  2 row
-- ARGV   symbols, at least one
-- Reply  nil if the partition is not whole; else {row, ...} in the order of the ids, nil for those
--        that have none
-- Cost   O(ids)
if redis.call('EXISTS', KEYS[1]) == 0 then
  return false
end
return redis.call('HMGET', KEYS[2], unpack(ARGV))
