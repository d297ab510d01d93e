-- One piece of a snapshot: a view's markets with their scores of now, copied into a sorted set of
-- its own, which walk.lua then pages through like any index. Goes along by:id, in which no market
-- ever moves, so that each is met exactly once however the scores change between the pieces.
-- KEYS   1 epoch  2 index (by:<field>)  3 rows, as rows_of wants them  4 by:id  5 snapshots  6 ranking  7 rows of the
--        snapshot  8 alive  9.. indexes that ranges name
-- ARGV   1 name of the snapshot  2 lifetime in ms  3 most snapshots  4 most rows to copy, 0 to copy
--        none  5 id to go on behind, or ''  6 scan  7 number of ids in whose order the markets are,
--        0 for that of the index  8.. these, then filters (view.lua)
-- Reply  nil if the partition is not whole; else one of
--        {'more', id to go on behind, entries looked at}   {'done', '', entries looked at}
--        {'full', ms until a snapshot expires}             {'many', rows}: nothing is kept
-- Cost   O(scan log N)
if redis.call('EXISTS', KEYS[1]) == 0 then
  return false
end
local name, lifetime, most_rows = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[4])
local newest, scan = ARGV[5], tonumber(ARGV[6])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

if newest == '' then
  redis.call('ZREMRANGEBYSCORE', KEYS[5], '-inf', now)
  if redis.call('ZCARD', KEYS[5]) >= tonumber(ARGV[3]) then
    return {'full', redis.call('ZRANGE', KEYS[5], 0, 0, 'WITHSCORES')[2] - now}
  end
end

local place = {}
local last_given = 7 + tonumber(ARGV[7])
for i = 8, last_given do
  place[ARGV[i]] = i - 8
end
local keep = read_filters(last_given + 1)

local seen, done = 0, false
while seen < scan do
  local ids = redis.call('ZRANGEBYLEX', KEYS[4], newest == '' and '-' or '(' .. newest, '+',
    'LIMIT', 0, math.min(256, scan - seen))
  if #ids == 0 then
    done = true
    break
  end
  seen = seen + #ids
  newest = ids[#ids]
  if keep then
    ids = keep(ids)
  end
  if #ids > 0 then
    local scores = last_given == 7 and redis.call('ZMSCORE', KEYS[2], unpack(ids))
    local ranked = {}
    for i, id in ipairs(ids) do
      ranked[2 * i - 1] = scores and (scores[i] or '-inf') or place[id]
      ranked[2 * i] = id
    end
    redis.call('ZADD', KEYS[6], unpack(ranked))
    if most_rows > 0 then
      local rows = rows_of(KEYS[3], ids)
      local copied = {}
      for i, id in ipairs(ids) do
        copied[2 * i - 1] = id
        copied[2 * i] = rows[i] or ''
      end
      redis.call('HSET', KEYS[7], unpack(copied))
    end
  end
end

if most_rows > 0 and redis.call('HLEN', KEYS[7]) > most_rows then
  local rows = redis.call('HLEN', KEYS[7])
  redis.call('UNLINK', KEYS[6], KEYS[7])
  redis.call('ZREM', KEYS[5], name)
  return {'many', rows}
end
-- The ranking outlives the sign that it is there, so that no page is read from half of it.
redis.call('ZADD', KEYS[5], now + lifetime, name)
redis.call('PEXPIRE', KEYS[6], lifetime + 10000)
redis.call('PEXPIRE', KEYS[7], lifetime + 10000)
if done then
  redis.call('SET', KEYS[8], '1', 'PX', lifetime)
end
return {done and 'done' or 'more', done and '' or newest, seen}
