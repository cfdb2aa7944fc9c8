-- What a player reported by the fence of a lease that had gone to another device: kept, and evidence for nobody's listening.
ALTER TABLE playback_events ADD COLUMN IF NOT EXISTS stale Bool DEFAULT false COMMENT 'By a fence of which the player was stopped before it arrived' AFTER fence;
