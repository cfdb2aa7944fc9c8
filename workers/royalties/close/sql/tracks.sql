-- What the tracks are called, and the works they are recordings of.
SELECT t.isrc, t.track_id AS "trackId", t.title, a.name AS artist, t.duration_ms AS "durationMs",
       (SELECT coalesce(json_agg(json_build_object('title', w.title, 'iswc', w.iswc) ORDER BY w.work_id), '[]')
          FROM work_recordings r JOIN works w USING (work_id) WHERE r.track_id = t.track_id) AS works
  FROM tracks t JOIN artists a USING (artist_id) WHERE t.isrc = ANY ($1)
