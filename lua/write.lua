-- New rows and scores of markets that this writer has merged before, while nobody else wrote to
-- the partition: then what it sends is never older than what is stored, and no row is compared.
-- KEYS   1 owner  2 row  3 version  4.. indexes (by:<field>)
-- ARGV   1 token; then for each of KEYS[2..]: the number of arguments that follow, and these:
--        id, value, ... for the hashes; score, id, ... for the indexes (only changed scores)
-- Reply  1 written; 0 somebody else wrote meanwhile; -1 the partition was emptied. Unless 1,
--        nothing is written and the rows must go through merge.lua.
-- Cost   O(rows + scores log N)
local owner = redis.call('GET', KEYS[1])
if owner ~= ARGV[1] then
  return owner and 0 or -1
end
local at = 2
for k = 2, #KEYS do
  local last = at + tonumber(ARGV[at])
  local command = k <= 3 and 'HSET' or 'ZADD'
  for first = at + 1, last, 4000 do -- unpack has a limit
    redis.call(command, KEYS[k], unpack(ARGV, first, math.min(first + 3999, last)))
  end
  at = last + 1
end
return 1
