-- How far into the track it was left for another, so that the curve of skips of any range is read from the rollups. What closed before has none.
ALTER TABLE playback_minutes ADD COLUMN IF NOT EXISTS skipped_upto Array(UInt64) COMMENT 'Of the skipped ones, those left before 5, 10, 30, 60, 120, 180, 240 s of the track: sumForEach';
ALTER TABLE playback_hours ADD COLUMN IF NOT EXISTS skipped_upto Array(UInt64) COMMENT 'Of the skipped ones, those left before 5, 10, 30, 60, 120, 180, 240 s of the track: sumForEach';
ALTER TABLE playback_days ADD COLUMN IF NOT EXISTS skipped_upto Array(UInt64) COMMENT 'Of the skipped ones, those left before 5, 10, 30, 60, 120, 180, 240 s of the track: sumForEach';
