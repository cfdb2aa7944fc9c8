-- An advertisement takes its place, or none: the listener's cap, what may be spent and when are asked, and the place taken, in one step.
-- KEYS: places of the campaign in all (count), of the day (count), of the listener (zset of impressions by time): one slot, by the campaign.
-- ARGV: impression, most in all, booked in all, most of the day, booked of the day, cap of the listener, its window in ms,
--       ms for which the count in all and that of the day are remembered, most of the day by this hour, 1 if the listener is of the control group.
--       A most or cap of -1: none.
-- Returns 'taken', 'withheld', 'capped', 'spent' or 'paced'.
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
local most_by_now = tonumber(ARGV[10])
if most_by_now >= 0 and counts[2] >= most_by_now then return 'paced' end
local is_control = ARGV[11] == '1'
-- What is withheld costs nothing. It takes its place under the cap of its listener, as if it had been heard.
if not is_control then
  for i = 1, 2 do redis.call('SET', KEYS[i], string.format('%.0f', counts[i] + 1), 'PX', ARGV[7 + i]) end
end
redis.call('ZADD', KEYS[3], now_ms, ARGV[1])
redis.call('PEXPIRE', KEYS[3], window_ms)
if is_control then return 'withheld' end
return 'taken'
