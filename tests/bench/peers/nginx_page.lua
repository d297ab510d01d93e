-- A page straight from Redis: ZCARD and SORT BY nosort in one round trip, rows joined here.
local redis = require "redis"
local sorts = {["-quote_volume_24h"] = true, ["-change_24h_pct"] = true, ["-last"] = true}
local this = {}

function this.answer(address)
  local asked = ngx.req.get_uri_args()
  local number, size = tonumber(asked.page or 1), tonumber(asked.per_page or 50)
  if not asked.quote or not sorts[asked.sort] or not number or number < 1 or not size or size < 1 or size > 250 then
    return ngx.exit(400)
  end
  local store = redis:new()
  if not store:connect(address) then
    return ngx.exit(502)
  end
  local index = "z:" .. asked.quote .. ":" .. asked.sort:sub(2)
  store:init_pipeline(2)
  store:zcard(index)
  store:sort(index, "BY", "nosort", "DESC", "LIMIT", (number - 1) * size, size, "GET", "m:*")
  local found = store:commit_pipeline()
  if not found then
    return ngx.exit(502)
  end
  store:set_keepalive(60000, 512)
  local total = found[1]
  local body = '{"data":[' .. table.concat(found[2], ",") .. '],"page":{"number":' .. number .. ',"size":' .. size ..
    ',"total":' .. total .. ',"pages":' .. math.ceil(total / size) .. "}}"
  ngx.header["Content-Length"] = #body
  ngx.print(body)
end

return this
