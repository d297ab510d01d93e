-- One page of the assets that some categories leave, in the order of one field. Walks
-- the whole index, `scan` entries a call, so that no call holds Redis for long: those beyond the
-- page are only counted. The caller goes on with the rank, and adds the totals up.
-- KEYS   1 epoch  2 index (by:<field>)  3 row  4 tags: symbol -> '|category|category|'
-- ARGV   1 'asc' or 'desc'  2 matches to skip  3 limit  4 rank to start from  5 scan
--        6 three lists, each a number and as many values: categories of which one is wanted,
--        categories that are not, symbols that are not; an empty list asks for nothing
-- Reply  nil if the partition is not whole; else
--        {matches in this call, {row, ...}, rank to go on from or -1 if done, matches still to skip}
-- Cost   O(log N + scan * categories + limit)
if redis.call('EXISTS', KEYS[1]) == 0 then
  return false
end
local skip, limit = tonumber(ARGV[2]), tonumber(ARGV[3])
local rank, scan = tonumber(ARGV[4]), tonumber(ARGV[5])

local at = 6
local function read_list()
  local first, count = at + 1, tonumber(ARGV[at])
  at = at + count + 1
  local list, known = {}, {}
  for i = first, at - 1 do
    list[#list + 1] = '|' .. ARGV[i] .. '|'
    known[ARGV[i]] = true
  end
  return list, known
end
local wanted = read_list()
local unwanted = read_list()
local _, unwanted_symbols = read_list()

local function has_one(tags, list)
  for i = 1, #list do
    if string.find(tags, list[i], 1, true) then
      return true
    end
  end
  return false
end

local size = redis.call('ZCARD', KEYS[2])
local nulls = 0
if ARGV[1] == 'asc' then
  nulls = redis.call('ZCOUNT', KEYS[2], '-inf', '-inf')
end
-- Up to `count` symbols from `from` in the order of the view: nulls, at the low end, come last.
local function symbols_from(from, count)
  if ARGV[1] == 'desc' then
    return redis.call('ZREVRANGE', KEYS[2], from, from + count - 1)
  end
  if from < size - nulls then
    return redis.call('ZRANGE', KEYS[2], nulls + from, nulls + math.min(from + count, size - nulls) - 1)
  end
  from = from - (size - nulls)
  return redis.call('ZRANGE', KEYS[2], from, math.min(from + count, nulls) - 1)
end

local matches, found, last = 0, {}, math.min(rank + scan, size)
while rank < last do
  local some = symbols_from(rank, math.min(last - rank, 256))
  local tags = redis.call('HMGET', KEYS[4], unpack(some))
  for i, symbol in ipairs(some) do
    local of = tags[i] or ''
    if not unwanted_symbols[symbol]
      and (#wanted == 0 or has_one(of, wanted)) and not has_one(of, unwanted) then
      matches = matches + 1
      if skip > 0 then
        skip = skip - 1
      elseif #found < limit then
        found[#found + 1] = symbol
      end
    end
  end
  rank = rank + #some
end
local rows = #found > 0 and redis.call('HMGET', KEYS[3], unpack(found)) or {}
return {matches, rows, rank >= size and -1 or rank, skip}
