-- One page of a view of few markets: those of some base assets, those that are named, or those in
-- a narrow range. All of them are looked at, and put in order by their ranks in the index.
-- KEYS   1 epoch  2 index (by:<field>)  3 rows, as rows_of wants them  4 bases  5 by:id  6.. indexes that ranges name
-- ARGV   1 'asc', 'desc', or 'given': in the order of the ids
--        2 limit  3 markets to skip  4 id of a market whose page is wanted, or ''
--        5, 6 place to go on behind: score and id, or '', ''; if 'given', the place in the list of
--        ids, from 0, and the id
--        7 scan  8, 9 lowest and highest score of the view, or '', ''
--        10 'ids', 'bases', or 'ranges': the narrowest of the ranges among the filters, which then
--        come first  11 number of ids or bases  12.. these, then filters (view.lua)
-- Reply  nil if the partition is not whole; {} if there are more candidates than `scan`: walk
--        instead; else {{row, ...},
--         {total; candidates; rank of the wanted market, from 1, or 0; 1 if more follow, else 0;
--          which of the ranges was the narrowest, from 1, or 0},
--         {score, id} of the last row, or {}, {id that there is not, ...}}
-- Cost   O(B log N + M log N) for the M markets of B bases, or in the narrowest of B ranges
if redis.call('EXISTS', KEYS[1]) == 0 then
  return false
end
local given, limit, skip, scan = ARGV[1] == 'given', tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[7])
local last_named = 11 + tonumber(ARGV[11])

local candidates, missing, place = {}, {}, {}
for i = 12, last_named do
  local name = ARGV[i]
  if ARGV[10] == 'bases' then
    local members = redis.call('ZRANGEBYLEX', KEYS[4], '[' .. name .. '|', '(' .. name .. '}',
      'LIMIT', 0, scan - #candidates + 1)
    for _, member in ipairs(members) do
      candidates[#candidates + 1] = string.sub(member, #name + 2)
    end
    if #candidates > scan then
      return {}
    end
  elseif redis.call('ZSCORE', KEYS[5], name) then
    candidates[#candidates + 1] = name
    place[name] = i - 12
  else
    missing[#missing + 1] = name
  end
end

local narrowest = 0
if ARGV[10] == 'ranges' then
  local fewest, at = scan + 1, last_named + 1
  while ARGV[at] == 'range' do
    local count = count_range(at)
    if count < fewest then
      fewest, narrowest = count, (at - last_named - 1) / 4 + 1
    end
    at = at + 4
  end
  if narrowest == 0 then
    return {}
  end
  candidates = members_in_range(last_named + 1 + 4 * (narrowest - 1))
end

local view = not given and open_view(KEYS[2], ARGV[1], ARGV[8], ARGV[9])
local keep = read_filters(last_named + 1)
local ranks, id_at = {}, {}
for first = 1, #candidates, 256 do
  local ids = {unpack(candidates, first, math.min(first + 255, #candidates))}
  for _, id in ipairs(keep and keep(ids) or ids) do
    local rank = given and place[id] or not given and view.rank_of(id)
    if rank and (given or (rank >= view.first and rank < view.last)) then
      ranks[#ranks + 1] = rank
      id_at[rank] = id
    end
  end
end
table.sort(ranks)

local wanted_rank = 0
if ARGV[4] ~= '' then
  skip = #ranks
  for i, rank in ipairs(ranks) do
    if id_at[rank] == ARGV[4] then
      wanted_rank = i
      skip = i - 1 - (i - 1) % limit
    end
  end
elseif ARGV[6] ~= '' then
  local from = given and tonumber(ARGV[5]) + 1 or view.behind(ARGV[5], ARGV[6])
  skip = 0
  while ranks[skip + 1] and ranks[skip + 1] < from do
    skip = skip + 1
  end
end
local ids = {}
for i = skip + 1, math.min(skip + limit, #ranks) do
  ids[#ids + 1] = id_at[ranks[i]]
end
local last = ids[#ids]
return {
  rows_of(KEYS[3], ids),
  {#ranks, #candidates, wanted_rank, #ranks > skip + limit and 1 or 0, narrowest},
  given and last and {tostring(place[last]), last} or place_of(KEYS[2], last),
  missing,
}
