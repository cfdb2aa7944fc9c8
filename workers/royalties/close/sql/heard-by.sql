-- How much each listener heard in a pool.
SELECT listener_id AS account, territory, tier, count(*)::int AS streams FROM royalty_streams_of($1, $2) GROUP BY 1, 2, 3
