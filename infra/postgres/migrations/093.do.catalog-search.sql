-- What search has to know of the catalog, which of its changes are told to it, and what it may read.

CREATE TABLE track_popularity (
  track_id uuid PRIMARY KEY REFERENCES tracks ON DELETE CASCADE,
  score smallint NOT NULL CHECK (score BETWEEN 1 AND 100)
);
COMMENT ON TABLE track_popularity IS 'How much a track is listened to these four weeks. Without a row: not at all.';
COMMENT ON COLUMN track_popularity.score IS 'Five for each doubling of its counted streams, so that it changes seldom.';

CREATE TABLE catalog_captures (
  slot text PRIMARY KEY,
  begun_at pg_lsn NOT NULL
);
COMMENT ON TABLE catalog_captures IS 'Since where in the log a replication slot tells of every change of the catalog.';

-- What a track was of is told when it is deleted or moves, so that album and artist are looked at as well.
CREATE UNIQUE INDEX tracks_captured ON tracks (track_id, album_id, artist_id);
ALTER TABLE tracks REPLICA IDENTITY USING INDEX tracks_captured;

-- Which row changed, and nothing that is in it: whoever hears of it reads the row.
CREATE PUBLICATION segue_catalog FOR TABLE
  artists (artist_id), albums (album_id), tracks (track_id, album_id, artist_id), track_popularity (track_id),
  playlists (playlist_id), playlist_tracks (playlist_id, entry_id);

GRANT SELECT ON artists, albums, tracks, catalog_captures TO segue_search;
GRANT SELECT, INSERT, UPDATE, DELETE ON track_popularity TO segue_search;
GRANT SELECT (playlist_id, title, visibility, deleted_at) ON playlists TO segue_search;
GRANT SELECT (playlist_id, entry_id, track_id) ON playlist_tracks TO segue_search;
GRANT SELECT (track_id, started_at, counted) ON royalty_streams TO segue_search;
CREATE POLICY found ON playlists FOR SELECT TO segue_search USING (visibility = 'public' AND deleted_at IS NULL);
CREATE POLICY counted ON playlist_tracks FOR SELECT TO segue_search
  USING (EXISTS (SELECT FROM playlists p WHERE p.playlist_id = playlist_tracks.playlist_id));
CREATE POLICY counted ON royalty_streams FOR SELECT TO segue_search USING (true);
