-- What may be suggested to whom, and what a listener wants to be suggested no more.

-- Gateways read these few anew every few seconds.
CREATE INDEX tracks_with_limits ON tracks (track_id)
  WHERE status <> 'available' OR is_explicit OR NOT is_worldwide OR territories <> '{}';

ALTER TABLE users ADD COLUMN hears_explicit boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN users.hears_explicit IS 'Whether explicit tracks may be suggested.';
GRANT UPDATE (hears_explicit) ON users TO segue_gateway;

CREATE TABLE dismissed_tracks (
  user_id uuid NOT NULL REFERENCES users,
  track_id uuid NOT NULL REFERENCES tracks,
  dismissed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, track_id)
);
COMMENT ON TABLE dismissed_tracks IS 'Tracks of which a listener said: not for me.';
CREATE INDEX dismissed_tracks_by_track ON dismissed_tracks (track_id);
GRANT SELECT, INSERT, DELETE ON dismissed_tracks TO segue_gateway;
ALTER TABLE dismissed_tracks ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON dismissed_tracks TO segue_gateway USING (user_id = current_listener()) WITH CHECK (user_id = current_listener());

-- The worker knows which tracks there are, and what listeners put together for others to see: not who did, nor their private lists.
GRANT SELECT (track_id, status) ON tracks TO segue_recommend;
CREATE VIEW shared_playlists WITH (security_barrier) AS
SELECT p.playlist_id, p.revision, max(t.added_at) AS changed_at, array_agg(t.track_id ORDER BY t.position) AS track_ids
  FROM playlists p JOIN playlist_tracks t USING (playlist_id)
 WHERE p.deleted_at IS NULL AND (p.is_collaborative OR p.visibility = 'public')
 GROUP BY p.playlist_id, p.revision;
COMMENT ON VIEW shared_playlists IS 'Public and collaborative playlists: which tracks stand in them, in order, and nothing of whose they are.';
GRANT SELECT ON shared_playlists TO segue_recommend;
