-- The catalog: who made what, where it stands on an album, how it is delivered, and who is paid for it.

CREATE TABLE artists (
  artist_id uuid PRIMARY KEY,
  name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 512)
);
COMMENT ON TABLE artists IS 'Whoever a track or an album is credited to.';
COMMENT ON COLUMN artists.artist_id IS 'Made from the name, so that two ingests of one artist meet.';
CREATE INDEX artists_by_name ON artists (lower(name));

CREATE TABLE albums (
  album_id uuid PRIMARY KEY,
  artist_id uuid NOT NULL REFERENCES artists,
  title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 512),
  released_on date
);
COMMENT ON TABLE albums IS 'A release. Its artist may differ from that of a track: a compilation has many.';
COMMENT ON COLUMN albums.album_id IS 'Made from the album artist and the title.';
COMMENT ON COLUMN albums.released_on IS 'The earliest date its tracks give; a bare year is its 1 January.';
CREATE INDEX albums_by_artist ON albums (artist_id);

CREATE TABLE tracks (
  track_id uuid PRIMARY KEY,
  album_id uuid NOT NULL REFERENCES albums,
  artist_id uuid NOT NULL REFERENCES artists,
  title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 512),
  isrc text NOT NULL UNIQUE CHECK (isrc ~ '^[A-Z]{2}[A-Z0-9]{3}[0-9]{7}$'),
  disc_number integer CHECK (disc_number > 0),
  track_number integer CHECK (track_number > 0),
  duration_ms integer NOT NULL CHECK (duration_ms > 0),
  loudness_lufs double precision NOT NULL,
  true_peak_dbtp double precision NOT NULL,
  gain_db double precision NOT NULL,
  source_hash text NOT NULL UNIQUE CHECK (source_hash ~ '^[0-9a-f]{64}$'),
  status text NOT NULL DEFAULT 'ingesting' CHECK (status IN ('ingesting', 'available', 'withdrawn')),
  created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE tracks IS 'One recording.';
COMMENT ON COLUMN tracks.track_id IS 'Made from source_hash, so that an ingest run again writes the same objects.';
COMMENT ON COLUMN tracks.isrc IS 'ISO 3901, without hyphens. XXSEG… is our own range, for recordings that came without one.';
COMMENT ON COLUMN tracks.disc_number IS 'The disc of the album; null when the file did not say.';
COMMENT ON COLUMN tracks.track_number IS 'The place on the disc; null when the file did not say.';
COMMENT ON COLUMN tracks.duration_ms IS 'The decoded length, rounded.';
COMMENT ON COLUMN tracks.loudness_lufs IS 'EBU R128 integrated loudness of the source; what is delivered has gain_db more.';
COMMENT ON COLUMN tracks.true_peak_dbtp IS 'True peak of the source; what is delivered has gain_db more.';
COMMENT ON COLUMN tracks.gain_db IS 'The static gain that was applied before encoding.';
COMMENT ON COLUMN tracks.source_hash IS 'SHA-256 of the file as it came.';
COMMENT ON COLUMN tracks.status IS 'ingesting: objects may be missing; available: may be played; withdrawn: must not be played again.';
CREATE INDEX tracks_by_album ON tracks (album_id, disc_number, track_number);
CREATE INDEX tracks_by_artist ON tracks (artist_id);

CREATE TABLE renditions (
  track_id uuid NOT NULL REFERENCES tracks,
  bitrate_kbps integer NOT NULL CHECK (bitrate_kbps > 0),
  codec text NOT NULL CHECK (codec <> ''),
  chunk_count integer NOT NULL CHECK (chunk_count > 0),
  bytes bigint NOT NULL CHECK (bytes > 0),
  PRIMARY KEY (track_id, bitrate_kbps)
);
COMMENT ON TABLE renditions IS 'One encoding of a track: an initialisation segment and chunk_count chunks in the object store.';
COMMENT ON COLUMN renditions.codec IS 'RFC 6381, for audio/mp4; codecs="…".';
COMMENT ON COLUMN renditions.bytes IS 'All of its objects together.';

CREATE TABLE rights_holders (
  holder_id uuid PRIMARY KEY,
  name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 512)
);
COMMENT ON TABLE rights_holders IS 'Whoever is paid for streams.';
COMMENT ON COLUMN rights_holders.holder_id IS 'Made from the name.';

CREATE TABLE track_rights (
  track_id uuid NOT NULL REFERENCES tracks,
  holder_id uuid NOT NULL REFERENCES rights_holders,
  share_num integer NOT NULL CHECK (share_num > 0),
  share_den integer NOT NULL CHECK (share_den > 0),
  PRIMARY KEY (track_id, holder_id),
  CHECK (share_num <= share_den)
);
COMMENT ON TABLE track_rights IS 'Who gets which part of what a track earns. The shares of an available track add to exactly one.';
COMMENT ON COLUMN track_rights.share_num IS 'The share is share_num / share_den, a rational, so that thirds stay thirds.';
CREATE INDEX track_rights_by_holder ON track_rights (holder_id);
