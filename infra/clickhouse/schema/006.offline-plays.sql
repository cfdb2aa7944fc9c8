-- Plays without a session are reported when there is one again: by event time, of streams that no gateway knew and `streams` does not hold.
ALTER TABLE playback_events ADD COLUMN IF NOT EXISTS offline Bool DEFAULT false COMMENT 'Of a play without a session: session, plan, country are those of its upload' AFTER stale;
