-- The gateway that holds a session saves it, and renews the lease of its stream. KEYS: session (hash), leases (zset), wills (hash).
-- ARGV: epoch, id of the gateway, ms that the session may wait, '1' when the client has spoken, state,
--       session id, stream id or '', account id, record by which the stream would end, lease in ms.
-- Of a stream that it has ended the lease and the will stay until they are settled: its end may not get to the log.
-- Returns 'saved'; 'elsewhere' when another gateway took it; 'ended' when the reaper has ended this very stream.
local held = redis.call('HMGET', KEYS[1], 'epoch', 'ended', 'spoken')
if held[1] and tonumber(held[1]) > tonumber(ARGV[1]) then return 'elsewhere' end
local stream = ARGV[7]
if stream ~= '' and held[2] == stream then return 'ended' end
-- The newest epoch with which the client has spoken: older tickets are void.
local spoken = ARGV[4] == '1' and ARGV[1] or held[3] or '0'
redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'gateway', ARGV[2], 'spoken', spoken, 'state', ARGV[5], 'stream', stream)
redis.call('PEXPIRE', KEYS[1], ARGV[3])
if stream ~= '' then
  local time = redis.call('TIME')
  local now_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  redis.call('ZADD', KEYS[2], now_ms + tonumber(ARGV[10]), stream)
  redis.call('HSET', KEYS[3], stream .. ':session', ARGV[6], stream .. ':account', ARGV[8], stream .. ':record', ARGV[9])
end
return 'saved'
