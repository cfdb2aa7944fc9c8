-- What to recommend right now, to this listener: tracks that others heard who heard what this listener heard last.
--
-- Heard is a stream of 30 s or more. The listener's recent tracks are the 20 different ones heard last in the {days} days before {until}. Others
-- are the 2,000 accounts that heard one of these last. Of each track that others heard in those days and the listener did not: with = how many of
-- them heard it, listeners = how many accounts heard it at all, score = with / sqrt(listeners), so that what everybody hears does not win by that alone.
-- This is the analyst's definition, from ClickHouse; what players are told comes from memory, never from here.
WITH
  mine AS (
    SELECT track_id, max(started_at) AS last_heard
    FROM streams
    WHERE id_hour >= toStartOfHour({until:DateTime('UTC')} - toIntervalDay({days:UInt16})) AND id_hour <= {until:DateTime('UTC')}
      AND started_at >= {until:DateTime('UTC')} - toIntervalDay({days:UInt16}) AND started_at < {until:DateTime('UTC')} AND ms_played >= 30000
      AND account_id = {account:String}
    GROUP BY track_id
  ),
  others AS (
    SELECT account_id
    FROM streams
    WHERE id_hour >= toStartOfHour({until:DateTime('UTC')} - toIntervalDay({days:UInt16})) AND id_hour <= {until:DateTime('UTC')}
      AND started_at >= {until:DateTime('UTC')} - toIntervalDay({days:UInt16}) AND started_at < {until:DateTime('UTC')} AND ms_played >= 30000
      AND track_id IN (SELECT track_id FROM mine ORDER BY last_heard DESC, track_id LIMIT 20) AND account_id != {account:String}
    GROUP BY account_id
    ORDER BY max(started_at) DESC, account_id
    LIMIT 2000
  )
SELECT
  toString(track_id) AS track_id,
  uniqExactIf(account_id, account_id IN (SELECT account_id FROM others)) AS "with",
  uniqExact(account_id) AS listeners,
  round("with" / sqrt(listeners), 4) AS score
FROM streams AS s
WHERE id_hour >= toStartOfHour({until:DateTime('UTC')} - toIntervalDay({days:UInt16})) AND id_hour <= {until:DateTime('UTC')}
  AND started_at >= {until:DateTime('UTC')} - toIntervalDay({days:UInt16}) AND started_at < {until:DateTime('UTC')} AND ms_played >= 30000
  AND s.track_id NOT IN (SELECT track_id FROM mine)
GROUP BY s.track_id
HAVING "with" > 0
ORDER BY score DESC, "with" DESC, track_id
LIMIT {limit:UInt16}
