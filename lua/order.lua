-- Not a script: what scripts that compare stored states have in common, put in front of them.

local function at_least(a, b)
  if #a ~= #b then
    return #a > #b
  end
  return a >= b
end

-- Is the first of two different times the newer one? It is the higher one, unless they are so far
-- apart that the exchange's clock was set between them: then that which was received last.
-- market/ticker.hpp has the same rule and says why.
local clock_step, clock_settles = 60000, 5000
local function is_newer(ts, lag, other_ts, other_lag)
  local higher = at_least(ts, other_ts)
  if ts ~= '0' and other_ts ~= '0' and math.abs(ts - other_ts) > clock_step then
    local later_by = ts + (lag or 0) - other_ts - (other_lag or 0)
    if higher then
      return later_by > -clock_settles
    end
    return later_by >= clock_settles
  end
  return higher
end

local function numbers(version)
  local out = {}
  for number in string.gmatch(version, '-?%d+') do
    out[#out + 1] = number
  end
  return out
end

-- True if each group of `sent` has come as far as that of `stored`: a newer exchange time, or the
-- same and no lower sequence. Both are versions (README.md); times and sequences are compared as
-- text, which is exact beyond 2^53 too.
local function covers(sent, stored)
  local s, t = numbers(sent), numbers(stored)
  for group = 1, 3 do
    local ts, seq, lag = 2 * group - 1, 2 * group, 6 + group
    if s[ts] ~= t[ts] then
      if not is_newer(s[ts], s[lag], t[ts], t[lag]) then
        return false
      end
    elseif not at_least(s[seq], t[seq]) then
      return false
    end
  end
  return true
end
