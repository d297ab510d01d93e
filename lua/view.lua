-- How a view reads an index and what it filters. No script of its own: it is put in front of
-- walk.lua, gather.lua, freeze.lua, assets_filtered.lua and assets_named.lua.
--
-- A view rank counts the members of an index in the order of the view, from 0: by score, equal
-- scores by the bytes of their ids, both in the direction of the sort; nulls, which are at -inf,
-- come last in either direction.
local null = -math.huge

-- Bytes, not the locale's order as by <.
local function is_below(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then
      return x < y
    end
  end
  return #a < #b
end

-- The view of `index` in `order`, 'asc' or 'desc': the view ranks [first, last) of the scores from
-- `lowest` to `highest`, and without nulls; of everything if `lowest` is ''. Functions:
--   members(from, to)   the ids of view ranks from `from`, not beyond `to`; at least one
--   rank_of(id)         its view rank; nil if there is none
--   behind(score, id)   the first view rank that comes after this place, whether `id` is there, has
--                       moved or is gone
-- Cost: O(log N); members + their number, behind O(log N log T) for the T ids of the same score.
local function open_view(index, order, lowest, highest)
  local descending = order == 'desc'
  local size = redis.call('ZCARD', index)
  local nulls = redis.call('ZCOUNT', index, '-inf', '-inf')
  local valued = size - nulls
  local view = {first = 0, last = size}
  if lowest ~= '' then
    local low = tonumber(lowest) == null and '(-inf' or lowest
    local width = redis.call('ZCOUNT', index, low, highest)
    if descending then
      view.first = redis.call('ZCOUNT', index, '(' .. highest, '+inf')
    else
      view.first = redis.call('ZCOUNT', index, '-inf', (low == lowest and '(' or '') .. lowest) - nulls
    end
    view.last = view.first + width
  end

  function view.members(from, to)
    if descending then
      return redis.call('ZREVRANGE', index, from, to - 1)
    elseif from < valued then
      return redis.call('ZRANGE', index, nulls + from, nulls + math.min(to, valued) - 1)
    end
    return redis.call('ZRANGE', index, from - valued, to - valued - 1)
  end

  function view.rank_of(id)
    local rank = redis.call(descending and 'ZREVRANK' or 'ZRANK', index, id)
    if not rank then
      return nil
    elseif descending then
      return rank
    end
    return rank >= nulls and rank - nulls or rank + valued
  end

  function view.behind(score, id)
    local stored = redis.call('ZSCORE', index, id)
    if stored and tonumber(stored) == tonumber(score) then
      return view.rank_of(id) + 1
    end
    local low = redis.call('ZCOUNT', index, '-inf', '(' .. score)
    local high = low + redis.call('ZCOUNT', index, score, score)
    while low < high do
      local middle = math.floor((low + high) / 2)
      if is_below(redis.call('ZRANGE', index, middle, middle)[1], id) then
        low = middle + 1
      else
        high = middle
      end
    end
    if descending then
      return size - low
    end
    return tonumber(score) == null and valued + low or low - nulls
  end

  return view
end

local parts = {exchange = '^[^:]*', base = '^[^:]*:(.*)%-', quote = '^.*%-(.*)$', id = '^.*$'}

-- The set of the values in ARGV behind their number, which is at `at`; and the place behind them.
local function read_set(at)
  local set, last = {}, at + tonumber(ARGV[at])
  for i = at + 1, last do
    set[ARGV[i]] = true
  end
  return set, last + 1
end

-- Reads the filters at the end of ARGV, from `at`. Each is one of
--   'exchange', 'base', 'quote' or 'id'; 'only' or 'not'; number of values; values
--   'range'; number of the index in KEYS; lowest; highest    (a null is in no range)
--   'word'; text in small letters; 'base' or 'id'; number of values; values    (passes if the text is
--   anywhere in the id in small letters, or this part of the id is one of the values)
-- Returns a function from ids, at most 256, to those that pass, in their order; or nil if there are
-- no filters. Cost: O(ids) for each filter.
local function read_filters(at)
  local lists, ranges, words = {}, {}, {}
  while at <= #ARGV do
    if ARGV[at] == 'range' then
      ranges[#ranges + 1] =
        {key = KEYS[tonumber(ARGV[at + 1])], lowest = tonumber(ARGV[at + 2]), highest = tonumber(ARGV[at + 3])}
      at = at + 4
    elseif ARGV[at] == 'word' then
      local word = {text = ARGV[at + 1], part = parts[ARGV[at + 2]]}
      word.named, at = read_set(at + 3)
      words[#words + 1] = word
    else
      local list = {part = parts[ARGV[at]], listed = ARGV[at + 1] == 'only'}
      list.values, at = read_set(at + 2)
      lists[#lists + 1] = list
    end
  end
  if #lists == 0 and #ranges == 0 and #words == 0 then
    return nil
  end
  return function(ids)
    for _, list in ipairs(lists) do
      local kept = {}
      for _, id in ipairs(ids) do
        if (list.values[string.match(id, list.part)] or false) == list.listed then
          kept[#kept + 1] = id
        end
      end
      ids = kept
    end
    for _, word in ipairs(words) do
      local kept = {}
      for _, id in ipairs(ids) do
        if string.find(string.lower(id), word.text, 1, true) or word.named[string.match(id, word.part)] then
          kept[#kept + 1] = id
        end
      end
      ids = kept
    end
    for _, range in ipairs(ranges) do
      if #ids == 0 then
        break
      end
      local scores, kept = redis.call('ZMSCORE', range.key, unpack(ids)), {}
      for i, id in ipairs(ids) do
        local score = scores[i] and tonumber(scores[i]) or null
        if score > null and score >= range.lowest and score <= range.highest then
          kept[#kept + 1] = id
        end
      end
      ids = kept
    end
    return ids
  end
end

-- How many markets the range filter at `at` in ARGV lets pass, and which. Cost: O(log N), and
-- their number.
local function ask_range(command, at)
  local lowest = ARGV[at + 2]
  return redis.call(command, KEYS[tonumber(ARGV[at + 1])],
    tonumber(lowest) == null and '(-inf' or lowest, ARGV[at + 3])
end
local function count_range(at)
  return ask_range('ZCOUNT', at)
end
local function members_in_range(at)
  return ask_range('ZRANGEBYSCORE', at)
end

-- The rows of `ids`: `rows` is a hash of them, or, if it ends in ':', what their keys begin with.
local function rows_of(rows, ids)
  if #ids == 0 then
    return {}
  elseif string.sub(rows, -1) ~= ':' then
    return redis.call('HMGET', rows, unpack(ids))
  end
  local keys = {}
  for i, id in ipairs(ids) do
    keys[i] = rows .. id
  end
  return redis.call('MGET', unpack(keys))
end

-- Where `id` is in `index`, for `behind`; {} for nil.
local function place_of(index, id)
  return id and {redis.call('ZSCORE', index, id), id} or {}
end
