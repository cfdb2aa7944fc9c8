-- The place of an advertisement that was not heard is free again, once. KEYS: as of ad-take. ARGV: impression.
-- Returns 1, or 0 when that place is not remembered: then nothing is given back.
if redis.call('ZREM', KEYS[3], ARGV[1]) == 0 then return 0 end
for i = 1, 2 do
  if tonumber(redis.call('GET', KEYS[i]) or 0) > 0 then redis.call('DECR', KEYS[i]) end
end
return 1
