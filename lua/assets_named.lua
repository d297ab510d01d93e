-- One page of some assets by name, of those that some categories leave, in the order of one field.
-- KEYS   1 epoch  2 index (by:<field>)  3 row  4 tags: symbol -> '|category|category|'
-- ARGV   1 'asc' or 'desc'  2 offset  3 limit
--        4 three lists, each a number and as many values: categories of which one is wanted,
--        categories that are not (an empty list asks for nothing), symbols
-- Reply  nil if the partition is not whole; else {total, {row, ...}}
-- Cost   O(symbols * (log N + categories))
if redis.call('EXISTS', KEYS[1]) == 0 then
  return false
end
local descending = ARGV[1] == 'desc'
local offset, limit = tonumber(ARGV[2]), tonumber(ARGV[3])

local at = 4
local function read_list(around)
  local first, count = at + 1, tonumber(ARGV[at])
  at = at + count + 1
  local list = {}
  for i = first, at - 1 do
    list[#list + 1] = around .. ARGV[i] .. around
  end
  return list
end
local wanted, unwanted, symbols = read_list('|'), read_list('|'), read_list('')

local function has_one(tags, list)
  for i = 1, #list do
    if string.find(tags, list[i], 1, true) then
      return true
    end
  end
  return false
end

local found = {}
for _, symbol in ipairs(symbols) do
  local score = redis.call('ZSCORE', KEYS[2], symbol)
  if score then
    local tags = redis.call('HGET', KEYS[4], symbol) or ''
    if (#wanted == 0 or has_one(tags, wanted)) and not has_one(tags, unwanted) then
      found[#found + 1] = {symbol, tonumber(score)}
    end
  end
end

table.sort(found, function(a, b)
  if a[2] ~= b[2] then
    if a[2] == null or b[2] == null then
      return b[2] == null
    end
    if descending then
      return a[2] > b[2]
    end
    return a[2] < b[2]
  end
  if descending then
    return is_below(b[1], a[1])
  end
  return is_below(a[1], b[1])
end)

local page = {}
for i = offset + 1, math.min(offset + limit, #found) do
  page[#page + 1] = found[i][1]
end
return {#found, #page > 0 and redis.call('HMGET', KEYS[3], unpack(page)) or {}}
