-- Streams by a seed, in the order of time: tracks by Zipf, an evening peak, listeners who have a country and a plan, three in ten skipped.
INSERT INTO streams (stream_id, version, account_id, session_id, device_id, device_kind, plan, country, track_id, isrc, artist_id, started_at, reason_start,
  ended_at, reason_end, ms_played, ms_claimed, ms_granted, position_ms, flags, ingested_at)
WITH
  k -> (cityHash64(number, {seed:UInt32}, k) % 1000003) / 1000003 AS u,
  -- The share of the day by which so many have begun: most in the evening.
  u(1) AS share, 86400 * (share - 0.11 * sin(2 * pi() * (share + 0.35)) + 0.11 * sin(2 * pi() * 0.35)) AS second_of_day,
  intDiv(number * {days:UInt32}, {streams:UInt64}) AS day,
  toUnixTimestamp({until:DateTime('UTC')}) * 1000 - ({days:UInt32} - day) * 86400000 + toUInt64(1000 * greatest(0, least(86399, second_of_day))) AS ms,
  lower(leftPad(hex(ms), 12, '0')) AS time, lower(leftPad(hex(cityHash64(number, {seed:UInt32}, 2)), 16, '0')) AS chance,
  toUInt32(pow({accounts:UInt32}, pow(u(3), 0.7))) AS account,
  toUInt32(exp(u(4) * log(50000))) AS track,
  u(5) < 0.3 AS is_skipped,
  toUInt32(if(is_skipped, 1000 + 59000 * u(6), 120000 + 160000 * u(6))) AS heard
SELECT
  toUUID(concat(substring(time, 1, 8), '-', substring(time, 9, 4), '-7', substring(chance, 1, 3), '-8', substring(chance, 4, 3), '-', substring(chance, 7, 10), '00')),
  2 + heard,
  concat('account-', toString(account)),
  toUUID(concat('00000000-0000-4000-8000-', leftPad(toString(account), 12, '0'))),
  concat('device-', toString(account)),
  ['phone', 'desktop', 'tv', 'speaker', 'car', 'web'][1 + toUInt32(6 * pow(u(7), 2))],
  ['free', 'individual', 'duo', 'family'][1 + cityHash64(account, 1) % 4],
  ['DE', 'US', 'JP', 'MX', 'NG', 'SE', 'NL', 'FR', 'GB', 'BR', 'IN', 'ZA'][1 + toUInt32(12 * pow((cityHash64(account, 2) % 1000) / 1000, 2))],
  toUUID(concat('00000000-0000-4000-9000-', leftPad(toString(track), 12, '0'))),
  'ZZSEG2600001',
  toUUID(concat('00000000-0000-4000-a000-', leftPad(toString(track % 5000), 12, '0'))),
  fromUnixTimestamp64Milli(toInt64(ms), 'UTC'),
  ['pick', 'queue', 'next'][1 + toUInt32(3 * u(8))],
  fromUnixTimestamp64Milli(toInt64(ms + heard), 'UTC'),
  if(is_skipped, 'next', 'completed'),
  heard, heard, heard, heard,
  if(u(9) < 0.01, ['claim-exceeds-elapsed'], []),
  fromUnixTimestamp64Milli(toInt64(ms + heard), 'UTC')
FROM numbers({from:UInt64}, {count:UInt64})
