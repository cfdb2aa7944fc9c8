-- Forgets a session, unless its lease was renewed after it was seen.
-- KEYS: leases, entries. ARGV: session id, the expiry seen. Returns 1 when it forgot.
local expiry = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not expiry or tonumber(expiry) ~= tonumber(ARGV[2]) then
  return 0
end
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1] .. ':account', ARGV[1] .. ':record')
return 1
