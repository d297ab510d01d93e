-- One market's row.
-- KEYS   1 epoch  2 row
-- ARGV   1 id
-- Reply  nil if the partition is not whole; else {row} or {} if there is no such market
-- Cost   O(1)
if redis.call('EXISTS', KEYS[1]) == 0 then
  return false
end
return {redis.call('HGET', KEYS[2], ARGV[1]) or nil}
