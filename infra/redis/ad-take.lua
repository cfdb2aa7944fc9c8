-- An advertisement takes its place, or none: the listener's cap and what may be spent are asked and taken in one step.
-- KEYS: places of the campaign in all (count), of the day (count), of the listener (zset of impressions by time): one slot, by the campaign.
-- ARGV: impression, most in all, booked in all, most of the day, booked of the day, cap of the listener, its window in ms,
--       ms for which the count in all and that of the day are remembered. A most or cap of -1: none.
-- Returns 'taken', 'capped' or 'spent'.
-- Where the books have counted more than is remembered here, Redis was lost, and they are right.
local time = redis.call('TIME')
local now_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local window_ms = tonumber(ARGV[7])
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now_ms - window_ms)
local cap = tonumber(ARGV[6])
if cap >= 0 and redis.call('ZCARD', KEYS[3]) >= cap then return 'capped' end
local counts = {}
for i = 1, 2 do
  counts[i] = math.max(tonumber(redis.call('GET', KEYS[i]) or 0), tonumber(ARGV[1 + 2 * i]))
  local most = tonumber(ARGV[2 * i])
  if most >= 0 and counts[i] >= most then return 'spent' end
end
for i = 1, 2 do redis.call('SET', KEYS[i], string.format('%.0f', counts[i] + 1), 'PX', ARGV[7 + i]) end
redis.call('ZADD', KEYS[3], now_ms, ARGV[1])
redis.call('PEXPIRE', KEYS[3], window_ms)
return 'taken'
