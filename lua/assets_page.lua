-- One page of all assets, in the order of one field.
-- KEYS   1 epoch  2 index (by:<field>)  3 row
-- ARGV   1 'asc' or 'desc'  2 offset  3 limit
-- Reply  nil if the partition is not whole; else {total, {row, ...}}
-- Cost   O(log N + limit)
if redis.call('EXISTS', KEYS[1]) == 0 then
  return false
end
local offset, limit = tonumber(ARGV[2]), tonumber(ARGV[3])
local total = redis.call('ZCARD', KEYS[2])
if offset >= total then
  return {total, {}}
end
local ids
if ARGV[1] == 'desc' then
  ids = redis.call('ZREVRANGE', KEYS[2], offset, offset + limit - 1)
else
  -- Nulls are at -inf, the low end, and belong behind everything else.
  local nulls = redis.call('ZCOUNT', KEYS[2], '-inf', '-inf')
  local valued = total - nulls
  if nulls == 0 or offset + limit <= valued then
    ids = redis.call('ZRANGE', KEYS[2], nulls + offset, nulls + offset + limit - 1)
  elseif offset >= valued then
    ids = redis.call('ZRANGE', KEYS[2], offset - valued, math.min(nulls, offset - valued + limit) - 1)
  else
    ids = redis.call('ZRANGE', KEYS[2], nulls + offset, -1)
    for _, id in ipairs(redis.call('ZRANGE', KEYS[2], 0, math.min(nulls, offset + limit - valued) - 1)) do
      ids[#ids + 1] = id
    end
  end
end
return {total, redis.call('HMGET', KEYS[3], unpack(ids))}
