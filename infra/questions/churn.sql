-- Who is about to churn, seen through skips and silence.
--
-- Churn is no stream at all in the 30 days from {at} on. The forecast sees the 28 days before {at} and nothing from then on, in four rolling weeks, the
-- nearest to {at} first; whoever had no stream in them is gone already, and not asked about. Of each listener:
--   days_silent      days from the last stream to {at}
--   active_days      days, in UTC, with a stream, of 28
--   recent_share     of the streams, those of the last week
--   skip_rate        of the streams that ended, those left for another: next, previous, pick
--   skip_trend       the skip rate of the nearest week with streams, less skip_rate
--   unusual_silence  days_silent by the longest silence before it and one day, at most 4
-- risk = 1 / (1 + exp(-z)), z the sum of each feature by its weight. The weights were fitted by logistic regression on generated listeners (`segue churn
-- fit`, workers/churn), of other seeds than it is measured on; for a platform with a history of its own they are to be fitted on that.
WITH
  -6.168 AS w_once, 0.209 AS w_days_silent, 0.137 AS w_active_days, -4.432 AS w_recent_share,
  3.562 AS w_skip_rate, 6.267 AS w_skip_trend, 0.374 AS w_unusual_silence
SELECT
  account_id,
  round(1 / (1 + exp(-(w_once + w_days_silent * days_silent + w_active_days * active_days + w_recent_share * recent_share
    + w_skip_rate * skip_rate + w_skip_trend * skip_trend + w_unusual_silence * unusual_silence))), 4) AS risk,
  round(exact_days_silent, 2) AS days_silent,
  active_days,
  streams,
  round(week_streams[1] / streams, 4) AS recent_share,
  round(if(arraySum(week_ends) = 0, 0, arraySum(week_skips) / arraySum(week_ends)), 4) AS skip_rate,
  round(if(nearest = 0, 0, week_skips[nearest] / week_ends[nearest] - skip_rate), 4) AS skip_trend,
  round(least(exact_days_silent / (1 + longest_gap), 4), 4) AS unusual_silence,
  week_streams AS streams_by_week,
  week_skips AS skips_by_week
FROM (
  SELECT
    account_id,
    count() AS streams,
    dateDiff('millisecond', max(started_at), toDateTime64({at:DateTime('UTC')}, 3, 'UTC')) / 86400000 AS exact_days_silent,
    arraySort(groupUniqArray(toUInt32(toDate(started_at)))) AS days,
    length(days) AS active_days,
    arrayMax(arrayMap((day, before) -> toInt32(day - before), days, arrayPushFront(arrayPopBack(days), days[1]))) AS longest_gap,
    [countIf(week = 0), countIf(week = 1), countIf(week = 2), countIf(week = 3)] AS week_streams,
    [countIf(ended AND week = 0), countIf(ended AND week = 1), countIf(ended AND week = 2), countIf(ended AND week = 3)] AS week_ends,
    [countIf(skipped AND week = 0), countIf(skipped AND week = 1), countIf(skipped AND week = 2), countIf(skipped AND week = 3)] AS week_skips,
    arrayFirstIndex(ends -> ends > 0, week_ends) AS nearest
  FROM (
    SELECT
      account_id, started_at,
      intDiv(toUnixTimestamp({at:DateTime('UTC')}) - toUnixTimestamp(started_at), 604800) AS week,
      ifNull(ended_at < {at:DateTime('UTC')}, 0) AS ended,
      ended AND ifNull(reason_end IN ('next', 'previous', 'pick'), 0) AS skipped
    FROM streams FINAL
    WHERE id_hour >= toStartOfHour({at:DateTime('UTC')} - INTERVAL 28 DAY) AND id_hour <= {at:DateTime('UTC')}
      AND started_at > {at:DateTime('UTC')} - INTERVAL 28 DAY AND started_at < {at:DateTime('UTC')}
  )
  GROUP BY account_id
)
ORDER BY risk DESC, account_id
LIMIT {limit:UInt16}
