-- The first day that a stream of the month is of: late ones are of days before it.
SELECT least($1::date, min((started_at AT TIME ZONE 'UTC')::date))::text AS day FROM royalty_streams_of($1, $2)
