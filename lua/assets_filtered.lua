-- One page of the assets that some filters leave, in the order of one field. Walks the whole index,
-- `scan` entries a call, so that no call holds Redis for long: those beyond the page are only
-- counted. The caller goes on with the rank, and adds the totals up.
-- KEYS   1 epoch  2 index (by:<field>)  3 row  4 tags: symbol -> '|category|category|'
--        further ones: indexes of ranges
-- ARGV   1 'asc' or 'desc'  2 matches to skip  3 limit  4 rank to start from  5 scan
--        6 two lists of categories, as read_categories wants them; then filters, as read_filters does
-- Reply  nil if the partition is not whole; else
--        {matches in this call, {row, ...}, rank to go on from or -1 if done, matches still to skip}
-- Cost   O(log N + scan * (categories + filters) + limit)
if redis.call('EXISTS', KEYS[1]) == 0 then
  return false
end
local skip, limit = tonumber(ARGV[2]), tonumber(ARGV[3])
local rank, scan = tonumber(ARGV[4]), tonumber(ARGV[5])
local admits, at = read_categories(6)
local filter = read_filters(at)
local view = open_view(KEYS[2], ARGV[1], '', '')

local matches, found, last = 0, {}, math.min(rank + scan, view.last)
while rank < last do
  local some = view.members(rank, math.min(rank + 256, last))
  rank = rank + #some
  some = of_categories(KEYS[4], some, admits)
  for _, symbol in ipairs(filter and filter(some) or some) do
    matches = matches + 1
    if skip > 0 then
      skip = skip - 1
    elseif #found < limit then
      found[#found + 1] = symbol
    end
  end
end
return {matches, rows_of(KEYS[3], found), rank >= view.last and -1 or rank, skip}
