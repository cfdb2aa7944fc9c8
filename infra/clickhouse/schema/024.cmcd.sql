-- What players say of their transport under the names of CMCD (CTA-5004). bl is buffer_ms, br is bitrate_kbps, sid is session_id; cid is the track of the stream.
ALTER TABLE playback_events ADD COLUMN IF NOT EXISTS top_kbps Nullable(UInt16) COMMENT 'The highest rendition that the player would take (CMCD tb)' AFTER bitrate_kbps;
ALTER TABLE playback_events ADD COLUMN IF NOT EXISTS throughput_kbps Nullable(UInt32) COMMENT 'Measured over the last chunks that were fetched (CMCD mtp)' AFTER top_kbps;
ALTER TABLE playback_events ADD COLUMN IF NOT EXISTS starved Nullable(Bool) COMMENT 'The buffer ran empty since the event before (CMCD bs)' AFTER throughput_kbps;
ALTER TABLE playback_events ADD COLUMN IF NOT EXISTS starting Nullable(Bool) COMMENT 'Audio was awaited to begin, to seek or after a stall (CMCD su)' AFTER starved;
