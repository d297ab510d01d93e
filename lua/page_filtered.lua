-- One page of the markets of some exchanges and/or quotes, in the order of one field. Walks the
-- index from `rank`, at most `scan` entries a call, so that no call holds Redis for long; the
-- caller goes on with the rank and the number still to skip until the page is full.
-- KEYS   1 epoch  2 index (by:<field>)  3 row  4 counts
-- ARGV   1 'asc' or 'desc'  2 markets to skip  3 limit  4 rank to start from  5 scan
--        6 number E of exchanges, E exchanges, number Q of quotes, Q quotes  (0: any)
-- Reply  nil if the partition is not whole; else
--        {total, {row, ...}, rank to go on from or -1 if done, markets still to skip}
-- Cost   O(log N + scan + limit)
if redis.call('EXISTS', KEYS[1]) == 0 then
  return false
end
local skip, limit = tonumber(ARGV[2]), tonumber(ARGV[3])
local rank, scan = tonumber(ARGV[4]), tonumber(ARGV[5])

local at = 6
local function read_list()
  local count = tonumber(ARGV[at])
  local wanted = count > 0 and {} or nil
  for i = at + 1, at + count do
    wanted[ARGV[i]] = true
  end
  at = at + count + 1
  return wanted
end
local exchanges, quotes = read_list(), read_list()

-- The total comes from the counts of each (exchange, quote), not from a walk.
local total = 0
local counts = redis.call('HGETALL', KEYS[4])
for i = 1, #counts, 2 do
  local exchange, quote = string.match(counts[i], '^(.*)|(.*)$')
  if (not exchanges or exchanges[exchange]) and (not quotes or quotes[quote]) then
    total = total + tonumber(counts[i + 1])
  end
end
if skip >= total and rank == 0 then
  return {total, {}, -1, 0}
end

local size = redis.call('ZCARD', KEYS[2])
local nulls = 0
if ARGV[1] == 'asc' then
  nulls = redis.call('ZCOUNT', KEYS[2], '-inf', '-inf')
end
-- `count` ids from `from` in the order of the view: nulls, at the low end, come last.
local function ids_from(from, count)
  if ARGV[1] == 'desc' then
    return redis.call('ZREVRANGE', KEYS[2], from, from + count - 1)
  end
  if from < size - nulls then
    return redis.call('ZRANGE', KEYS[2], nulls + from, nulls + math.min(from + count, size - nulls) - 1)
  end
  from = from - (size - nulls)
  return redis.call('ZRANGE', KEYS[2], from, math.min(from + count, nulls) - 1)
end

local found, last = {}, math.min(rank + scan, size)
while rank < last and #found < limit do
  local ids = ids_from(rank, math.min(last - rank, 256))
  for _, id in ipairs(ids) do
    rank = rank + 1
    if (not exchanges or exchanges[string.match(id, '^[^:]*')])
      and (not quotes or quotes[string.match(id, '[^-]*$')]) then
      if skip > 0 then
        skip = skip - 1
      else
        found[#found + 1] = id
        if #found == limit then
          break
        end
      end
    end
  end
end
local rows = #found > 0 and redis.call('HMGET', KEYS[3], unpack(found)) or {}
return {total, rows, (#found == limit or rank >= size) and -1 or rank, skip}
