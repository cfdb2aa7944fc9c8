-- The reaper claims the streams of a shard whose lease ran out. KEYS: leases (zset), claims (zset), wills (hash).
-- ARGV: prefix of session keys, how many at most, ms after which a claim that was not settled may be claimed again.
-- A claimed stream is over: a save of it is refused, and whoever resumes its session is told.
-- Returns stream id, account id, record of each in a row.
local time = redis.call('TIME')
local now_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local flat = {}
for _, from in ipairs({ KEYS[2], KEYS[1] }) do
  for _, stream in ipairs(redis.call('ZRANGEBYSCORE', from, '-inf', now_ms, 'LIMIT', 0, tonumber(ARGV[2]))) do
    local will = redis.call('HMGET', KEYS[3], stream .. ':session', stream .. ':account', stream .. ':record')
    redis.call('ZREM', from, stream)
    if will[3] then
      redis.call('ZADD', KEYS[2], now_ms + tonumber(ARGV[3]), stream)
      local session = ARGV[1] .. will[1]
      if redis.call('EXISTS', session) == 1 then redis.call('HSET', session, 'ended', stream) end
      flat[#flat + 1] = stream
      flat[#flat + 1] = will[2]
      flat[#flat + 1] = will[3]
    end
  end
end
return flat
