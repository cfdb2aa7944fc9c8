-- A gateway takes a session over, for a resume. KEYS: session (hash), leases (zset of stream ids).
-- ARGV: epoch of the ticket, id of the gateway, ms that the session may wait, least lease in ms, epoch that the gateway knows.
-- Returns {'gone'}, {'used'}, {'moved', epoch} or {'taken', new epoch, gateway before, stream that the reaper ended or '', state}.
-- A ticket is good until somebody has spoken with a newer one: until then its bearer may never have heard of that.
local held = redis.call('HMGET', KEYS[1], 'epoch', 'spoken', 'gateway', 'ended', 'state', 'stream')
if not held[1] then return { 'gone' } end
local epoch, ticket = tonumber(held[1]), tonumber(ARGV[1])
if ticket > epoch or ticket < tonumber(held[2]) then return { 'used' } end
-- A take that was given up and arrives late must not take the session from where it has gone meanwhile.
if tonumber(ARGV[5]) ~= epoch then return { 'moved', epoch } end
redis.call('HSET', KEYS[1], 'epoch', epoch + 1, 'gateway', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
-- A lease that has not run out is renewed, so that the stream is not ended between this and the first save.
local expiry = held[6] and redis.call('ZSCORE', KEYS[2], held[6])
if expiry then
  local time = redis.call('TIME')
  local now_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  if tonumber(expiry) > now_ms then
    redis.call('ZADD', KEYS[2], math.max(tonumber(expiry), now_ms + tonumber(ARGV[4])), held[6])
  end
end
return { 'taken', epoch + 1, held[3], held[4] or '', held[5] }
