-- One step of the devices of an account: which are there, and which of them hold a stream lease (D5). KEYS: account (hash).
-- ARGV: what ('here': as 'beat', and tells the devices in any case; 'play', 'beat', 'idle', 'away'), session id, device (MessagePack map: device_id, gateway_id, name, kind, member, place),
--       presence in ms, what the others are shown of it (text), lease in ms, fence that the caller holds or, for 'play', had last, or 0,
--       streams of the account, streams of a member, '1' to take over when full, device to stop or '', fence of that device's lease or 0, most devices that are remembered,
--       for 'play': fence by which the caller takes itself to play already, or 0.
-- All times are of this server. A fence is the time of its grant, or one above the last that is known here or to the caller: it rises even when the key is lost.
-- Returns a MessagePack map: result, now_ms, fence, until_ms, and as it applies stopped, conflicts, and revision with devices when these changed.
local what, session, presence_ms, lease_ms = ARGV[1], ARGV[2], tonumber(ARGV[4]), tonumber(ARGV[6])
local held_fence, streams, per_member = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local most = tonumber(ARGV[13])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

local account = { fence = 0, revision = 0 }
local devices, gone = {}, {}
local flat = redis.call('HGETALL', KEYS[1])
for i = 1, #flat, 2 do
  local id = string.match(flat[i], '^session:(.+)$')
  if not id then
    account[flat[i]] = tonumber(flat[i + 1])
  else
    local device = cmsgpack.unpack(flat[i + 1])
    if device.seen_until > now or device.lease_until > now then devices[id] = device else gone[#gone + 1] = id end
  end
end
local changed = #gone > 0
local reply = { now_ms = now, result = 'ok', fence = 0, until_ms = 0 }

local me = devices[session]
local function arrive()
  local device = cmsgpack.unpack(ARGV[3])
  device.fence, device.lease_until, device.since = 0, 0, 0
  if me then device.fence, device.lease_until, device.since = me.fence, me.lease_until, me.since end
  if not me or me.gateway_id ~= device.gateway_id or me.shown ~= ARGV[5] then changed = true
  elseif me.name ~= device.name or me.place ~= device.place then changed = true end
  device.shown, device.seen_until = ARGV[5], now + presence_ms
  devices[session], me = device, device
end

-- An account has a handful of devices; beyond a bound the one that was heard longest ago and plays nothing is forgotten.
local function make_room()
  local count, oldest = 0, nil
  for id, device in pairs(devices) do
    count = count + 1
    local is_idle = id ~= session and device.lease_until <= now
    if is_idle and (not oldest or device.seen_until < devices[oldest].seen_until) then oldest = id end
  end
  if count <= most or not oldest then return end
  devices[oldest] = nil
  gone[#gone + 1] = oldest
  changed = true
end

local function live(id)
  return devices[id].lease_until > now
end

-- Those that stand in the way of one more stream of mine, the oldest first; none when there is room.
local function in_the_way(stopped)
  local all, mine = {}, {}
  for id, device in pairs(devices) do
    if id ~= session and live(id) and not stopped[id] then
      all[#all + 1] = id
      if device.member == me.member then mine[#mine + 1] = id end
    end
  end
  local found = {}
  if #mine >= per_member then found = mine elseif #all >= streams then found = all end
  table.sort(found, function(a, b) return devices[a].fence < devices[b].fence end)
  return found
end

local function named(ids)
  local list = {}
  for _, id in ipairs(ids) do
    local d = devices[id]
    list[#list + 1] = {
      session_id = id, device_id = d.device_id, gateway_id = d.gateway_id, name = d.name, kind = d.kind, place = d.place,
      since_ms = d.since, fence = d.fence,
    }
  end
  return list
end

-- A device of another member may be named only where it stands in the way.
local function is_protected(victim)
  local way = {}
  for _, id in ipairs(in_the_way({})) do way[id] = true end
  for id, device in pairs(devices) do
    if device.device_id == victim and device.member ~= me.member and not way[id] then return true end
  end
  return false
end

-- Decides first and changes afterwards: who is refused has changed nothing.
local function admit(take_over, victim, victim_fence)
  if victim ~= '' and is_protected(victim) then
    reply.result = 'forbidden'
    return
  end
  local stopped, order = {}, {}
  local function stop(id)
    stopped[id] = true
    order[#order + 1] = id
  end
  for id, device in pairs(devices) do
    local is_victim = victim ~= '' and device.device_id == victim and id ~= session
    -- By its fence also one that is paused, and so holds no lease now.
    if is_victim and ((victim_fence == 0 and live(id)) or (victim_fence > 0 and device.fence == victim_fence)) then stop(id)
    -- The same device under another session: it came back, and is not counted twice.
    elseif id ~= session and live(id) and device.device_id == me.device_id then stop(id) end
  end
  if victim_fence > 0 then
    local found = false
    for _, id in ipairs(order) do found = found or devices[id].device_id == victim end
    if not found then
      reply.result = 'stale'
      return
    end
  end
  local conflicts = in_the_way(stopped)
  while #conflicts > 0 do
    if not take_over then
      reply.result, reply.conflicts = 'denied', named(conflicts)
      return
    end
    stop(conflicts[1])
    conflicts = in_the_way(stopped)
  end
  reply.stopped = named(order)
  -- Without its fence it is known later as stopped, not as run out.
  for _, id in ipairs(order) do devices[id].lease_until, devices[id].fence = 0, 0 end
  account.fence = math.max(account.fence + 1, held_fence + 1, now)
  me.fence, me.since, me.lease_until = account.fence, now, now + lease_ms
  reply.result, changed = 'granted', true
end

-- By a lease that it took itself to hold until now: `refused` says that it plays no more.
local function go_on(fence, refused)
  if account.fence > fence and me.fence ~= fence then
    -- Somebody was granted since, and this session is not known to have held that: it stays stopped.
    reply.result = refused
  else
    -- It ran out, or Redis forgot it: it goes on if there is room, and nobody is stopped for it.
    admit(false, '', 0)
    if reply.result == 'denied' then reply.result, reply.conflicts = refused, nil end
  end
end

if what == 'away' then
  if me then
    devices[session] = nil
    gone[#gone + 1] = session
    changed = true
  end
  me = nil
else
  arrive()
  make_room()
  local holds = held_fence > 0 and me.fence == held_fence and live(session)
  if what == 'play' then
    local goes_on_by = tonumber(ARGV[14])
    if live(session) and ARGV[12] == '0' then me.lease_until, reply.result = now + lease_ms, 'renewed'
    elseif goes_on_by > 0 then go_on(goes_on_by, 'stale')
    else admit(ARGV[10] == '1', ARGV[11], tonumber(ARGV[12])) end
  elseif (what == 'beat' or what == 'here') and held_fence > 0 then
    if holds then
      me.lease_until, reply.result = now + lease_ms, 'renewed'
    else
      go_on(held_fence, 'lost')
    end
  elseif what == 'idle' and me.fence == held_fence and live(session) then
    me.lease_until, changed = 0, true
  end
end

for _, id in ipairs(gone) do redis.call('HDEL', KEYS[1], 'session:' .. id) end
if me then
  reply.fence, reply.until_ms = me.fence, me.lease_until
  redis.call('HSET', KEYS[1], 'session:' .. session, cmsgpack.pack(me))
end
for _, stopped in ipairs(reply.stopped or {}) do
  redis.call('HSET', KEYS[1], 'session:' .. stopped.session_id, cmsgpack.pack(devices[stopped.session_id]))
end
if changed then
  account.revision = math.max(account.revision + 1, now)
  redis.call('HSET', KEYS[1], 'fence', string.format('%d', account.fence), 'revision', string.format('%d', account.revision))
end
local known = tonumber(ARGV[15]) or math.huge
if changed or what == 'here' or known < account.revision then
  reply.revision, reply.devices = account.revision, {}
  for id, d in pairs(devices) do
    reply.devices[#reply.devices + 1] = {
      session_id = id, device_id = d.device_id, gateway_id = d.gateway_id, name = d.name, kind = d.kind, member = d.member,
      place = d.place, fence = d.fence, lease_until_ms = d.lease_until, since_ms = d.since, shown = d.shown,
    }
  end
end
if next(devices) then redis.call('PEXPIRE', KEYS[1], 2 * math.max(presence_ms, lease_ms)) end
return cmsgpack.pack(reply)
