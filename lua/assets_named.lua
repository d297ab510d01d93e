-- One page of some assets by name, of those that some filters leave, in the order of one field.
-- KEYS   1 epoch  2 index (by:<field>)  3 row  4 tags: symbol -> '|category|category|'
--        further ones: indexes of ranges
-- ARGV   1 'asc' or 'desc'  2 offset  3 limit
--        4 two lists of categories, as read_categories wants them; a list of at most 256 symbols; then
--        filters, as read_filters wants them
-- Reply  nil if the partition is not whole; else {total, {row, ...}}
-- Cost   O(symbols * (log N + categories + filters))
if redis.call('EXISTS', KEYS[1]) == 0 then
  return false
end
local descending = ARGV[1] == 'desc'
local offset, limit = tonumber(ARGV[2]), tonumber(ARGV[3])
local admits, symbols, at
admits, at = read_categories(4)
symbols, at = read_list(at)
local filter = read_filters(at)

symbols = of_categories(KEYS[4], symbols, admits)
local found = {}
for _, symbol in ipairs(filter and filter(symbols) or symbols) do
  local score = redis.call('ZSCORE', KEYS[2], symbol)
  if score then
    found[#found + 1] = {symbol, tonumber(score)}
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
return {#found, rows_of(KEYS[3], page)}
