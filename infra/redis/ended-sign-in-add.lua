-- Remembers that a sign-in has ended, by the clock of Redis; what is older than `kept` goes.
-- KEYS: the ended sign-ins. ARGV: the member, kept ms.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('ZADD', KEYS[1], 'GT', now, ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return now
