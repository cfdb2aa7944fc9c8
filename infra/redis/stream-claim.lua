-- The reaper claims the streams of a shard whose lease ran out. KEYS: leases (zset), claims (zset), wills (hash), passes (hash).
-- ARGV: prefix of session keys, how many at most, ms after which a claim that was not settled may be claimed again,
--       ms between two passes that are a gap (0: there is no such thing), ms of grace after a gap.
-- A claimed stream is over: a save of it is refused, and whoever resumes its session is told.
-- A gap between two passes, whoever made them, says that Redis was away (or every reaper was, which looks the same from
-- here): leases may have run out because nobody could renew them. For one grace no lease is taken for run out.
-- Returns stream id, account id, record of each in a row.
local time = redis.call('TIME')
local now_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local pass = redis.call('HMGET', KEYS[4], 'at', 'hold_until')
local hold_until = tonumber(pass[2] or 0)
local gap_ms = tonumber(ARGV[4])
if gap_ms > 0 and pass[1] and now_ms - tonumber(pass[1]) > gap_ms then hold_until = now_ms + tonumber(ARGV[5]) end
redis.call('HSET', KEYS[4], 'at', now_ms, 'hold_until', hold_until)
local flat = {}
-- Claims that were made before are claims still.
local sources = gap_ms > 0 and now_ms < hold_until and { KEYS[2] } or { KEYS[2], KEYS[1] }
for _, from in ipairs(sources) do
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
