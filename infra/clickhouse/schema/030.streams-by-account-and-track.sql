-- Streams in two more orders, for question 3: what an account heard, and who heard a track. The engine keeps them with each part, under merges too,
-- and takes them by itself where a query without FINAL names these columns alone; rows that repeat are in them as in the table.
ALTER TABLE streams MODIFY SETTING deduplicate_merge_projection_mode = 'rebuild';
ALTER TABLE streams ADD PROJECTION IF NOT EXISTS by_account (SELECT account_id, id_hour, started_at, track_id, ms_played ORDER BY account_id, id_hour);
ALTER TABLE streams ADD PROJECTION IF NOT EXISTS by_track (SELECT track_id, id_hour, started_at, account_id, ms_played ORDER BY track_id, id_hour);
ALTER TABLE streams MATERIALIZE PROJECTION by_account;
ALTER TABLE streams MATERIALIZE PROJECTION by_track;
