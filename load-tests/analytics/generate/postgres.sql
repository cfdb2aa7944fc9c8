-- The books of as many streams: seven in ten were heard for 30 s or more; one in a hundred broke a bound; cases of one account in a thousand.
INSERT INTO royalty_streams (stream_id, listener_id, track_id, isrc, artist_id, started_at, ended_at, ms_played, territory, tier, session_id, device_id, reason_end, flags)
SELECT
  gen_random_uuid(), 'account-' || (n % $2), gen_random_uuid(), 'ZZSEG2600001',
  ('00000000-0000-4000-a000-' || lpad((exp(random() * ln(5000))::int)::text, 12, '0'))::uuid,
  $3::timestamptz - random() * interval '58 days', $3::timestamptz, 30000 + (random() * 200000)::int, 'DE', 'family',
  gen_random_uuid(), 'd', 'completed', CASE WHEN random() < 0.01 THEN '{claim-exceeds-elapsed}'::text[] ELSE '{}' END
FROM generate_series(1, $1::int * 7 / 10) n;
