-- Which tracks streams of the month are of, and since when: late ones are of days before it.
SELECT isrc, (min(started_at) AT TIME ZONE 'UTC')::date::text AS day FROM royalty_streams_of($1, $2) GROUP BY isrc
