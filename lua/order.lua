-- Not a script: what scripts that compare stored states have in common, put in front of them.

local function at_least(a, b)
  if #a ~= #b then
    return #a > #b
  end
  return a >= b
end

-- True if each group of `sent` has come as far as that of `stored`: a newer exchange time, or the
-- same and no lower sequence. Both are versions (README.md); their integers are compared as text,
-- which is exact beyond 2^53 too.
local function covers(sent, stored)
  local s, t = string.gmatch(sent, '%d+'), string.gmatch(stored, '%d+')
  for _ = 1, 3 do
    local sent_ts, sent_seq, stored_ts, stored_seq = s(), s(), t(), t()
    if sent_ts ~= stored_ts then
      if not at_least(sent_ts, stored_ts) then
        return false
      end
    elseif not at_least(sent_seq, stored_seq) then
      return false
    end
  end
  return true
end
