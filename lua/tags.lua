-- How the categories of assets are chosen by. No script of its own: it is put, behind view.lua, in
-- front of assets_filtered.lua and assets_named.lua.

-- A list in ARGV at `at`: the number of values, and the values. Returns them, and where the next
-- argument is.
local function read_list(at)
  local list, last = {}, at + tonumber(ARGV[at])
  for i = at + 1, last do
    list[#list + 1] = ARGV[i]
  end
  return list, last + 1
end

-- Reads two lists of categories in ARGV at `at`: those of which one is wanted (none: any), and those
-- that are not. Returns a function that says whether an asset's tags, '|category|category|', are
-- right, and where the next argument is. Cost of a call: O(categories).
local function read_categories(at)
  local wanted, unwanted
  wanted, at = read_list(at)
  unwanted, at = read_list(at)
  local function has_one(tags, list)
    for i = 1, #list do
      if string.find(tags, '|' .. list[i] .. '|', 1, true) then
        return true
      end
    end
    return false
  end
  return function(tags)
    return (#wanted == 0 or has_one(tags, wanted)) and not has_one(tags, unwanted)
  end, at
end

-- Those of `symbols`, at most 256, whose categories `admits`, in their order.
local function of_categories(key, symbols, admits)
  local tags, kept = #symbols > 0 and redis.call('HMGET', key, unpack(symbols)) or {}, {}
  for i, symbol in ipairs(symbols) do
    if admits(tags[i] or '|') then
      kept[#kept + 1] = symbol
    end
  end
  return kept
end
