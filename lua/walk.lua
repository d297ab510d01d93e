-- One page of a view, found by walking an index in the order of one field. Looks at no more than
-- `scan` entries a call, so that no call holds Redis for long; the caller goes on from the place
-- that the reply names until the page is done.
-- KEYS   1 epoch  2 index (by:<field>)  3 rows, as rows_of wants them  4 counts  5.. indexes that ranges name
-- ARGV   1 'asc' or 'desc'
--        2 how the view is counted, and so when a page is done:
--          'interval'  by its ranks: it has no filters, and its page is gone to at once
--          'counts'    by the counts of each (exchange, quote): it has no other filters
--          'range'     by the members of the one range that it has: it has no other filters
--          'walk'      by walking to its end
--          'cursor'    not at all; the page is done when it is known whether one row more follows
--        3 limit  4 markets still to skip  5 rows that the page has from earlier calls
--        6 id of a market whose page is wanted, or '' (once it was found: '')
--        7, 8 place to go on behind: score and id, or '', ''
--        9 scan  10, 11 lowest and highest score of the view, or '', ''
--        12.. filters (view.lua)
-- Reply  nil if the partition is not whole; else
--        {{row, ...},
--         {1 if the page is not done, else 0; total, or -1 where this call does not count it;
--          markets that passed; entries looked at; markets still to skip;
--          1 if the rows of earlier calls belong to a page before the wanted one, else 0;
--          rank of the wanted market among those that passed in this call, from 1, or 0;
--          1 if more markets follow the page, else 0},
--         {score, id} of the last entry that was looked at, {score, id} of the last row, or {}}
-- Cost   O(log N + scan + limit)
if redis.call('EXISTS', KEYS[1]) == 0 then
  return false
end
local how = ARGV[2]
local limit, skip, filled = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local wanted, fresh, scan = ARGV[6], ARGV[8] == '', tonumber(ARGV[9])
local view = open_view(KEYS[2], ARGV[1], ARGV[10], ARGV[11])
local keep = read_filters(12)

local total, counted = -1, 0
if fresh and how == 'interval' then
  total = view.last - view.first
elseif fresh and how == 'counts' then
  -- Only the names matter, so each count is filtered like the id of one of its markets.
  total = 0
  local counts = redis.call('HGETALL', KEYS[4])
  for i = 1, #counts, 2 do
    local exchange, quote = string.match(counts[i], '^(.*)|(.*)$')
    if #keep({exchange .. ':-' .. quote}) > 0 then
      total = total + tonumber(counts[i + 1])
    end
  end
elseif fresh and how == 'range' then
  total = count_range(12)
end

local at, rank = view.first, 0
if not fresh then
  at = math.min(math.max(view.behind(ARGV[7], ARGV[8]), view.first), view.last)
elseif how == 'interval' and wanted ~= '' then
  local found = view.rank_of(wanted)
  if found and found >= view.first and found < view.last then
    rank = found - view.first + 1
    at = found - (rank - 1) % limit
    wanted = ''
  else
    at = view.last
  end
elseif how == 'interval' then
  at = math.min(view.first + skip, view.last)
  skip = 0
elseif (how == 'counts' or how == 'range') and skip >= total then
  at = view.last
end

local found, dropped, more, done = {}, 0, 0, false
local from, last = at, math.min(at + scan, view.last)
local newest
while at < last and not done do
  local chunk = keep and 256 or math.min(256, limit - filled + 1)
  local ids = view.members(at, math.min(at + chunk, last))
  at = at + #ids
  newest = ids[#ids]
  for _, id in ipairs(keep and keep(ids) or ids) do
    counted = counted + 1
    if wanted ~= '' and filled == limit then
      found, filled, dropped = {}, 0, 1
    end
    if skip > 0 then
      skip = skip - 1
    elseif filled < limit then
      filled = filled + 1
      found[#found + 1] = id
    else
      more = 1
    end
    if id == wanted then
      rank, wanted = counted, ''
    end
    if how ~= 'walk' and wanted == '' and (more == 1 or (filled == limit and how ~= 'cursor')) then
      done = true
      break
    end
  end
end
done = done or at >= view.last
return {
  rows_of(KEYS[3], found),
  {done and 0 or 1, total, counted, at - from, skip, dropped, rank, more},
  done and {} or place_of(KEYS[2], newest),
  place_of(KEYS[2], found[#found]),
}
