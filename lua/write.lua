-- New rows and scores of markets that this writer has merged before, while nobody else wrote to
-- the partition: then what it sends is never older than what is stored, and no row is compared.
-- Most batches go as plain commands instead (docs/decisions/order.md).
-- KEYS   1 owner  2.. hashes (of markets: version; of assets: row, tags), then indexes (by:<field>)
-- ARGV   1 token  2 number of hashes; then for the rows, and for each of KEYS[2..]: the number of
--        arguments that follow, and these: key of the row, row, ...; field, value, ... for a hash;
--        score, id, ... for an index (only changed scores)
-- Reply  1 written; 0 somebody else wrote meanwhile; -1 the partition was emptied. Unless 1,
--        nothing is written and the rows must go through merge.lua.
-- Cost   O(rows + scores log N)
local owner = redis.call('GET', KEYS[1])
if owner ~= ARGV[1] then
  return owner and 0 or -1
end
local hashes, at = tonumber(ARGV[2]), 3
for k = 1, #KEYS do
  local last = at + tonumber(ARGV[at])
  for first = at + 1, last, 4000 do -- unpack has a limit
    if k == 1 then
      redis.call('MSET', unpack(ARGV, first, math.min(first + 3999, last)))
    else
      redis.call(k <= 1 + hashes and 'HSET' or 'ZADD', KEYS[k], unpack(ARGV, first, math.min(first + 3999, last)))
    end
  end
  at = last + 1
end
return 1
