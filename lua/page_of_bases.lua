-- One page of the markets of some base assets, optionally of some exchanges and quotes, in the
-- order of one field. A base has few markets, so all are looked at and sorted here.
-- KEYS   1 epoch  2 index (by:<field>)  3 row  4 bases
-- ARGV   1 'asc' or 'desc'  2 offset  3 limit
--        4 number E of exchanges, E exchanges, number Q of quotes, Q quotes  (0: any),
--        number B of bases, B bases
-- Reply  nil if the partition is not whole; else {total, {row, ...}}
-- Cost   O(B log N + M log M) for the M markets of these bases
if redis.call('EXISTS', KEYS[1]) == 0 then
  return false
end
local descending = ARGV[1] == 'desc'
local offset, limit = tonumber(ARGV[2]), tonumber(ARGV[3])

local at = 4
local function read_list()
  local first, count = at + 1, tonumber(ARGV[at])
  at = at + count + 1
  local list = {}
  for i = first, at - 1 do
    list[#list + 1] = ARGV[i]
    list[ARGV[i]] = true
  end
  return list
end
local exchanges, quotes, bases = read_list(), read_list(), read_list()

local found = {}
for _, base in ipairs(bases) do
  for _, member in ipairs(redis.call('ZRANGEBYLEX', KEYS[4], '[' .. base .. '|', '(' .. base .. '}')) do
    local id = string.sub(member, #base + 2)
    if (#exchanges == 0 or exchanges[string.match(id, '^[^:]*')])
      and (#quotes == 0 or quotes[string.match(id, '[^-]*$')]) then
      found[#found + 1] = {id, tonumber(redis.call('ZSCORE', KEYS[2], id))}
    end
  end
end

local null = -math.huge
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
    return a[1] > b[1]
  end
  return a[1] < b[1]
end)

local ids = {}
for i = offset + 1, math.min(offset + limit, #found) do
  ids[#ids + 1] = found[i][1]
end
return {#found, #ids > 0 and redis.call('HMGET', KEYS[3], unpack(ids)) or {}}
