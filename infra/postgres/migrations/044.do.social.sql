-- What listeners gather, whom they follow, and what they want to hear nothing of.

CREATE TABLE playlists (
  playlist_id uuid PRIMARY KEY,
  owner_id uuid NOT NULL REFERENCES users,
  title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 200),
  visibility text NOT NULL DEFAULT 'private' CHECK (visibility IN ('private', 'public')),
  is_collaborative boolean NOT NULL DEFAULT false,
  revision bigint NOT NULL DEFAULT 0 CHECK (revision >= 0),
  created_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz
);
COMMENT ON TABLE playlists IS 'Lists of tracks that a listener owns, alone or with those he lets edit them.';
COMMENT ON COLUMN playlists.playlist_id IS 'UUIDv7, made by the caller.';
COMMENT ON COLUMN playlists.is_collaborative IS 'Whether its members may edit it.';
COMMENT ON COLUMN playlists.revision IS 'Of the last edit; each raises it by one, by itself.';
CREATE INDEX playlists_by_owner ON playlists (owner_id);

CREATE TABLE playlist_members (
  playlist_id uuid NOT NULL REFERENCES playlists,
  user_id uuid NOT NULL REFERENCES users,
  joined_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (playlist_id, user_id)
);
COMMENT ON TABLE playlist_members IS 'Who else sees a private playlist, and edits a collaborative one.';
CREATE INDEX playlist_members_by_user ON playlist_members (user_id);

CREATE TABLE playlist_tracks (
  playlist_id uuid NOT NULL REFERENCES playlists,
  entry_id uuid NOT NULL,
  track_id uuid NOT NULL REFERENCES tracks,
  position text NOT NULL COLLATE "C" CHECK (position ~ '^[0-9A-Za-z]{1,64}$'),
  added_by uuid REFERENCES users,
  added_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (playlist_id, entry_id),
  UNIQUE (playlist_id, position) DEFERRABLE
);
COMMENT ON TABLE playlist_tracks IS 'What a playlist holds now. How it came to that is in its edits.';
COMMENT ON COLUMN playlist_tracks.entry_id IS 'A track may stand in a list twice: each time it is another entry.';
COMMENT ON COLUMN playlist_tracks.position IS 'Sorted as bytes. Between any two there is room for a third, so that a move changes one row.';
COMMENT ON COLUMN playlist_tracks.added_by IS 'Null once that user is erased.';
CREATE INDEX playlist_tracks_by_track ON playlist_tracks (track_id);

CREATE TABLE playlist_edits (
  playlist_id uuid NOT NULL REFERENCES playlists,
  revision bigint NOT NULL,
  edited_at timestamptz NOT NULL,
  user_id uuid REFERENCES users,
  kind text NOT NULL CHECK (kind IN ('create', 'rename', 'share', 'add', 'remove', 'move')),
  entry_id uuid,
  track_id uuid,
  position text,
  title text,
  PRIMARY KEY (playlist_id, revision, edited_at),
  CHECK ((kind IN ('add', 'remove', 'move')) = (entry_id IS NOT NULL)),
  CHECK ((kind = 'add') = (track_id IS NOT NULL)),
  CHECK ((kind IN ('add', 'move')) = (position IS NOT NULL)),
  CHECK ((kind IN ('create', 'rename')) = (title IS NOT NULL))
) PARTITION BY RANGE (edited_at);
COMMENT ON TABLE playlist_edits IS 'Who changed what in a playlist. Only ever added to.';
COMMENT ON COLUMN playlist_edits.revision IS 'Given here and not by the caller: of two edits at once one is the later.';
COMMENT ON COLUMN playlist_edits.user_id IS 'Null once that user is erased.';
COMMENT ON COLUMN playlist_edits.track_id IS 'No foreign key: the history outlives what it tells of.';
CREATE TRIGGER playlist_edits_are_kept BEFORE DELETE ON playlist_edits FOR EACH ROW EXECUTE FUNCTION is_only_added_to();
-- But that a user is erased from it.
CREATE TRIGGER playlist_edits_are_not_changed BEFORE UPDATE ON playlist_edits FOR EACH ROW
  WHEN (NEW.user_id IS NOT NULL OR to_jsonb(NEW) - 'user_id' <> to_jsonb(OLD) - 'user_id') EXECUTE FUNCTION is_only_added_to();

CREATE FUNCTION playlist_edit_has_next_revision() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE playlists SET revision = revision + 1 WHERE playlist_id = NEW.playlist_id AND deleted_at IS NULL
    RETURNING revision INTO NEW.revision;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'there is no playlist %', NEW.playlist_id USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NEW;
END $$;
COMMENT ON FUNCTION playlist_edit_has_next_revision IS 'The row of the playlist is locked by it, so revisions have no gap and no double.';
REVOKE EXECUTE ON FUNCTION playlist_edit_has_next_revision FROM PUBLIC;
CREATE TRIGGER playlist_edit_has_next_revision BEFORE INSERT ON playlist_edits
  FOR EACH ROW EXECUTE FUNCTION playlist_edit_has_next_revision();

CREATE TABLE follows (
  user_id uuid NOT NULL REFERENCES users,
  artist_id uuid REFERENCES artists,
  followed_id uuid REFERENCES users,
  playlist_id uuid REFERENCES playlists,
  followed_at timestamptz NOT NULL DEFAULT now(),
  CHECK (num_nonnulls(artist_id, followed_id, playlist_id) = 1),
  CHECK (followed_id <> user_id),
  UNIQUE NULLS NOT DISTINCT (user_id, artist_id, followed_id, playlist_id)
);
COMMENT ON TABLE follows IS 'That a listener follows an artist, another listener or a playlist: one of the three.';
CREATE INDEX follows_by_artist ON follows (artist_id) WHERE artist_id IS NOT NULL;
CREATE INDEX follows_by_followed ON follows (followed_id) WHERE followed_id IS NOT NULL;

CREATE TABLE blocked_artists (
  user_id uuid NOT NULL REFERENCES users,
  artist_id uuid NOT NULL REFERENCES artists,
  blocked_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, artist_id)
);
COMMENT ON TABLE blocked_artists IS 'Artists that are not to be played to a listener unasked.';

-- Policies of playlists and of their members would each ask the other: these two look with the rights of the owner.
CREATE FUNCTION may_see_playlist(id uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM playlists p WHERE p.playlist_id = id AND (p.visibility = 'public' OR p.owner_id = current_listener()
    OR EXISTS (SELECT FROM playlist_members m WHERE m.playlist_id = id AND m.user_id = current_listener())))
$$;
COMMENT ON FUNCTION may_see_playlist IS 'Whether the listener in whose name the transaction speaks owns it or is a member, or it is public.';
CREATE FUNCTION may_edit_playlist(id uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM playlists p WHERE p.playlist_id = id AND p.deleted_at IS NULL AND (p.owner_id = current_listener()
    OR p.is_collaborative AND EXISTS (SELECT FROM playlist_members m WHERE m.playlist_id = id AND m.user_id = current_listener())))
$$;
COMMENT ON FUNCTION may_edit_playlist IS 'Whether that listener owns it, or is a member of a collaborative one.';
CREATE FUNCTION owns_playlist(id uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM playlists p WHERE p.playlist_id = id AND p.owner_id = current_listener())
$$;
COMMENT ON FUNCTION owns_playlist IS 'Whether that listener owns it.';
REVOKE EXECUTE ON FUNCTION may_see_playlist, may_edit_playlist, owns_playlist FROM PUBLIC;
GRANT EXECUTE ON FUNCTION may_see_playlist, may_edit_playlist, owns_playlist TO segue_gateway;

GRANT SELECT, INSERT ON playlists TO segue_gateway;
GRANT UPDATE (title, visibility, is_collaborative, deleted_at) ON playlists TO segue_gateway;
GRANT SELECT, INSERT, DELETE ON playlist_members, follows, blocked_artists TO segue_gateway;
GRANT SELECT, INSERT, DELETE ON playlist_tracks TO segue_gateway;
GRANT UPDATE (position) ON playlist_tracks TO segue_gateway;
GRANT SELECT ON playlist_edits TO segue_gateway;
GRANT INSERT (playlist_id, edited_at, user_id, kind, entry_id, track_id, position, title) ON playlist_edits TO segue_gateway;
GRANT SELECT ON follows, blocked_artists TO segue_analyst;

ALTER TABLE playlists ENABLE ROW LEVEL SECURITY;
ALTER TABLE playlist_members ENABLE ROW LEVEL SECURITY;
ALTER TABLE playlist_tracks ENABLE ROW LEVEL SECURITY;
ALTER TABLE playlist_edits ENABLE ROW LEVEL SECURITY;
ALTER TABLE follows ENABLE ROW LEVEL SECURITY;
ALTER TABLE blocked_artists ENABLE ROW LEVEL SECURITY;
-- Not by the function, which would not find a row that is just being made.
CREATE POLICY seen ON playlists FOR SELECT TO segue_gateway
  USING (owner_id = current_listener() OR visibility = 'public' OR may_see_playlist(playlist_id));
CREATE POLICY made ON playlists FOR INSERT TO segue_gateway WITH CHECK (owner_id = current_listener());
CREATE POLICY changed ON playlists FOR UPDATE TO segue_gateway USING (owner_id = current_listener());
CREATE POLICY seen ON playlist_members FOR SELECT TO segue_gateway USING (user_id = current_listener() OR may_see_playlist(playlist_id));
CREATE POLICY let_in ON playlist_members FOR INSERT TO segue_gateway WITH CHECK (owns_playlist(playlist_id));
CREATE POLICY left_or_let_out ON playlist_members FOR DELETE TO segue_gateway USING (user_id = current_listener() OR owns_playlist(playlist_id));
CREATE POLICY seen ON playlist_tracks FOR SELECT TO segue_gateway USING (may_see_playlist(playlist_id));
CREATE POLICY added ON playlist_tracks FOR INSERT TO segue_gateway
  WITH CHECK (may_edit_playlist(playlist_id) AND added_by = current_listener());
CREATE POLICY moved ON playlist_tracks FOR UPDATE TO segue_gateway USING (may_edit_playlist(playlist_id));
CREATE POLICY removed ON playlist_tracks FOR DELETE TO segue_gateway USING (may_edit_playlist(playlist_id));
CREATE POLICY seen ON playlist_edits FOR SELECT TO segue_gateway USING (may_see_playlist(playlist_id));
CREATE POLICY entered ON playlist_edits FOR INSERT TO segue_gateway
  WITH CHECK (may_edit_playlist(playlist_id) AND user_id = current_listener());
CREATE POLICY own ON follows TO segue_gateway USING (user_id = current_listener()) WITH CHECK (user_id = current_listener());
CREATE POLICY own ON blocked_artists TO segue_gateway USING (user_id = current_listener()) WITH CHECK (user_id = current_listener());
CREATE POLICY read_by_services ON follows FOR SELECT TO segue_analyst USING (true);
CREATE POLICY read_by_services ON blocked_artists FOR SELECT TO segue_analyst USING (true);
