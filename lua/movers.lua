-- The assets that moved most in one direction, without those of little turnover. Walks the index
-- from its end, at most `scan` entries a call; the caller goes on until the list is full.
-- KEYS   1 epoch  2 index of the change  3 index of the turnover  4 row
-- ARGV   1 'up' or 'down'  2 limit  3 place to start from  4 scan  5 least turnover
-- Reply  nil if the partition is not whole; else {{row, ...}, place to go on from or -1 if done}
-- Cost   O(log N + place + scan * log N)
if redis.call('EXISTS', KEYS[1]) == 0 then
  return false
end
local limit, place, scan = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local least = tonumber(ARGV[5])
local some
if ARGV[1] == 'up' then
  some = redis.call('ZREVRANGEBYSCORE', KEYS[2], '+inf', '(0', 'LIMIT', place, scan)
else
  some = redis.call('ZRANGEBYSCORE', KEYS[2], '(-inf', '(0', 'LIMIT', place, scan)
end
local found = {}
for _, symbol in ipairs(some) do
  place = place + 1
  local volume = redis.call('ZSCORE', KEYS[3], symbol)
  if volume and tonumber(volume) >= least then
    found[#found + 1] = symbol
    if #found == limit then
      break
    end
  end
end
local rows = #found > 0 and redis.call('HMGET', KEYS[4], unpack(found)) or {}
return {rows, (#found == limit or #some < scan) and -1 or place}
