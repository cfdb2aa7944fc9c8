-- To whom a track may be suggested and shown.

ALTER TABLE tracks
  ADD COLUMN is_explicit boolean NOT NULL DEFAULT false,
  ADD COLUMN is_worldwide boolean NOT NULL DEFAULT true,
  ADD COLUMN territories country[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN tracks.is_explicit IS 'Whether its words are not for children: suggested to those alone who hear such.';
COMMENT ON COLUMN tracks.is_worldwide IS 'True: everywhere but in territories. False: in territories alone.';
COMMENT ON COLUMN tracks.territories IS 'Where it may be neither suggested nor found, or where alone it may.';
