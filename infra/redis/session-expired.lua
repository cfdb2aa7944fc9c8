-- The sessions whose lease ran out by Redis's own clock, longest ago first: id, expiry, account id, record of each in a row.
-- KEYS: leases, entries. ARGV: how many at most.
local time = redis.call('TIME')
local now_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local found = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now_ms, 'WITHSCORES', 'LIMIT', 0, tonumber(ARGV[1]))
local flat = {}
for i = 1, #found, 2 do
  local entry = redis.call('HMGET', KEYS[2], found[i] .. ':account', found[i] .. ':record')
  flat[#flat + 1] = found[i]
  flat[#flat + 1] = found[i + 1]
  flat[#flat + 1] = entry[1] or ''
  flat[#flat + 1] = entry[2] or ''
end
return flat
