-- The books of as many streams, of 50,000 tracks by 5,000 artists: seven in ten were heard for 30 s or more; one in a hundred broke a bound. Ids are of the time at which the stream began.
INSERT INTO royalty_streams (stream_id, listener_id, track_id, isrc, artist_id, started_at, ended_at, ms_played, territory, tier, session_id, device_id, reason_end, flags)
SELECT
  (lpad(to_hex((extract(epoch FROM began) * 1000)::bigint), 12, '0') || '7' || substr(chance, 1, 3) || '8' || substr(chance, 4, 15))::uuid,
  'account-' || (n % $2), md5('track' || track)::uuid, 'ZZSEG26' || lpad(track::text, 5, '0'),
  ('00000000-0000-4000-a000-' || lpad((track % 5000)::text, 12, '0'))::uuid,
  began, began + interval '3 minutes', 30000 + (random() * 200000)::int, 'DE', 'family',
  md5('session' || n / 20)::uuid, 'd', 'completed', CASE WHEN random() < 0.01 THEN '{claim-exceeds-elapsed}'::text[] ELSE '{}' END
FROM (
  SELECT n, md5(random()::text) AS chance, exp(random() * ln(50000))::int - 1 AS track, $3::timestamptz - (n + random()) / ($1::int * 7 / 10) * interval '58 days' AS began
  FROM generate_series(0, $1::int * 7 / 10 - 1) n
) AS streams
