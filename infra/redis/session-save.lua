-- Stores how a session would end, and renews its lease by Redis's own clock.
-- KEYS: leases (sorted set by expiry in ms), entries (hash). ARGV: session id, account id, record, lease in ms.
local time = redis.call('TIME')
local now_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZADD', KEYS[1], now_ms + tonumber(ARGV[4]), ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1] .. ':account', ARGV[2], ARGV[1] .. ':record', ARGV[3])
return now_ms
