-- Some markets, or assets, of a partition as they stand there at one moment, for `tickboard verify`.
-- KEYS   1 rows, a hash, or, if it ends in ':', what their keys begin with
--        2 version (of assets: tags)  3 bases (of assets: by:symbol)  4.. indexes
-- ARGV   for each: id, its member of KEYS[3]
-- Reply  for each: row, version, score in KEYS[3], score in each of KEYS[4..]; nil where there is none
-- Cost   O(ids * indexes * log N)
local in_hash = string.sub(KEYS[1], -1) ~= ':'
local reply = {}
for at = 1, #ARGV, 2 do
  local id = ARGV[at]
  if in_hash then
    reply[#reply + 1] = redis.call('HGET', KEYS[1], id)
  else
    reply[#reply + 1] = redis.call('GET', KEYS[1] .. id)
  end
  reply[#reply + 1] = redis.call('HGET', KEYS[2], id)
  reply[#reply + 1] = redis.call('ZSCORE', KEYS[3], ARGV[at + 1])
  for k = 4, #KEYS do
    reply[#reply + 1] = redis.call('ZSCORE', KEYS[k], id)
  end
end
return reply
