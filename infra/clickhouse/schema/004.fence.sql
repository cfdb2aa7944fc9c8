-- The grant of the stream lease that a stream, or an event, was played under: of two that overlap, the higher one came later.
ALTER TABLE streams ADD COLUMN IF NOT EXISTS fence Nullable(UInt64) COMMENT 'Of the lease it was played under last; 0: on trust; null: of before leases' AFTER reason_start;
ALTER TABLE playback_events ADD COLUMN IF NOT EXISTS fence Nullable(UInt64) COMMENT 'Of the lease it was played under, as the player says' AFTER reason;
