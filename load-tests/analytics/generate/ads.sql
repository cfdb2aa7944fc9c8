-- Advertisements of ten campaigns: one in twenty of the streams of free accounts had one before it; one account in ten is of the control group.
INSERT INTO ad_events (campaign_id, creative_id, impression_id, kind, account_id, event_time, server_time, audible_ms, invalid, device_kind, plan, country)
WITH
  cityHash64(stream_id, 7) AS chance, chance % 1000 AS draw, cityHash64(account_id, 8) % 10 = 0 AS is_control,
  if(is_control, if(draw < 30, ['withheld', 'converted'], ['withheld']),
    arrayConcat(arraySlice(['served', 'started', 'audible', 'quartile1', 'quartile2', 'quartile3', 'completed'], 1, if(draw < 700, 7, 1 + draw % 6)),
      if(draw < 20, ['clicked'], []), if(draw < 40, ['converted'], []))) AS kinds
SELECT
  toUUID(concat('00000000-0000-4000-b000-', leftPad(toString(chance % 10), 12, '0'))), toUUID('00000000-0000-4000-c000-000000000001'), stream_id, what, account_id,
  started_at, started_at, if(what = 'audible', 500 + draw * 20, 0), draw > 990, device_kind, plan, country
FROM streams
ARRAY JOIN kinds AS what
WHERE plan = 'free' AND cityHash64(stream_id, 9) % 20 = 0
