-- Whether a campaign works: impressions, completion, clicks, frequency, lift.
--
-- What was decided from {from} to {until}, where {country}, {plan} and {device_kind} are given of those alone. An impression counts (MRC digital
-- audio) when it was audible for two seconds without a break and nothing calls its traffic invalid; the quartiles, completion and clicks are of
-- impressions that count, as shares of them. reach: accounts with an impression; frequency: impressions an account.
-- Lift is of accounts (randomised holdout, ghost ads): treated are those that were served one, heard or not, valid or not, for of the others nobody
-- knows; control are those by lot from which one was withheld at the moment when it would have been served. Who is in both groups is in neither. An account
-- converted when, within 7 days after one of these, it began a stream of 30 s or more of the artist or the album that is promoted.
-- difference: the share of treated that converted less that of control, and its 95 % confidence interval, Newcombe's hybrid score (R. G. Newcombe, Statistics in
-- Medicine 17, 1998, 873-890, method 10): of Wilson's bounds l and u of each share p, difference - sqrt((p1-l1)^2 + (u2-p2)^2) to
-- difference + sqrt((u1-p1)^2 + (p2-l2)^2). lift: the share of treated by that of control, less one; null when nobody of control converted. All null without a
-- control group. Rows that repeat count once, by impression and kind.
WITH
  each AS (
    SELECT
      campaign_id, impression_id,
      any(account_id) AS account_id,
      max(invalid) AS is_invalid,
      countIf(kind = 'served') > 0 AS served,
      maxIf(audible_ms, kind = 'audible') >= 2000 AND NOT is_invalid AS counts,
      countIf(kind = 'quartile1') > 0 AND counts AS q1,
      countIf(kind = 'quartile2') > 0 AND counts AS q2,
      countIf(kind = 'quartile3') > 0 AND counts AS q3,
      countIf(kind = 'completed') > 0 AND counts AS done,
      countIf(kind = 'clicked') > 0 AND counts AS clicked,
      countIf(kind = 'withheld') > 0 AS withheld,
      countIf(kind = 'converted') > 0 AS converted
    FROM ad_events
    -- server_time is when it was decided, of every row of an impression.
    WHERE id_hour >= toStartOfHour({from:DateTime('UTC')}) AND id_hour <= {until:DateTime('UTC')}
      AND server_time >= {from:DateTime('UTC')} AND server_time < {until:DateTime('UTC')}
      AND ({country:String} = '' OR country = {country:String}) AND ({plan:String} = '' OR plan = {plan:String})
      AND ({device_kind:String} = '' OR device_kind = {device_kind:String})
    GROUP BY campaign_id, impression_id
  ),
  assigned AS (
    SELECT campaign_id, account_id, max(served) AS treated, max(withheld) AS control, max(converted) AS did
    FROM each
    GROUP BY campaign_id, account_id
    HAVING treated != control
  ),
  counted AS (
    SELECT
      campaign_id,
      countIf(treated) AS n1, countIf(treated AND did) AS x1, countIf(control) AS n2, countIf(control AND did) AS x2,
      x1 / n1 AS p1, x2 / n2 AS p2, 1.959964 AS z,
      (x1 + z * z / 2) / (n1 + z * z) AS centre1, z / (n1 + z * z) * sqrt(x1 * (n1 - x1) / n1 + z * z / 4) AS half1,
      (x2 + z * z / 2) / (n2 + z * z) AS centre2, z / (n2 + z * z) * sqrt(x2 * (n2 - x2) / n2 + z * z / 4) AS half2,
      n1 > 0 AND n2 > 0 AS compares
    FROM assigned GROUP BY campaign_id
  ),
  lifts AS (
    SELECT
      campaign_id, n1, n2,
      if(compares, p1, NULL) AS rate1, if(compares, p2, NULL) AS rate2, if(compares AND x2 > 0, p1 / p2 - 1, NULL) AS ratio,
      if(compares, p1 - p2, NULL) AS apart,
      apart - sqrt(pow(p1 - (centre1 - half1), 2) + pow(centre2 + half2 - p2, 2)) AS low,
      apart + sqrt(pow(centre1 + half1 - p1, 2) + pow(p2 - (centre2 - half2), 2)) AS high
    FROM counted
  ),
  totals AS (
    SELECT
      campaign_id, countIf(served) AS all_served, countIf(served AND is_invalid) AS all_invalid, countIf(counts) AS impressions,
      uniqExactIf(account_id, counts) AS reach,
      countIf(q1) AS n1, countIf(q2) AS n2, countIf(q3) AS n3, countIf(done) AS n4, countIf(clicked) AS clicks
    FROM each GROUP BY campaign_id
  )
SELECT
  toString(t.campaign_id) AS campaign_id,
  t.all_served AS served, t.all_invalid AS invalid, t.impressions AS impressions, t.reach AS reach,
  round(t.impressions / nullIf(t.reach, 0), 4) AS frequency,
  round(t.n1 / nullIf(t.impressions, 0), 4) AS quartile1,
  round(t.n2 / nullIf(t.impressions, 0), 4) AS quartile2,
  round(t.n3 / nullIf(t.impressions, 0), 4) AS quartile3,
  round(t.n4 / nullIf(t.impressions, 0), 4) AS completion,
  t.clicks AS clicks,
  round(t.clicks / nullIf(t.impressions, 0), 4) AS click_rate,
  l.n1 AS treated, l.n2 AS control,
  round(l.rate1, 4) AS treated_rate, round(l.rate2, 4) AS control_rate,
  round(l.ratio, 4) AS lift,
  round(l.apart, 4) AS difference, round(l.low, 4) AS difference_low, round(l.high, 4) AS difference_high
FROM totals AS t LEFT JOIN lifts AS l ON l.campaign_id = t.campaign_id
ORDER BY impressions DESC, campaign_id
LIMIT {limit:UInt16}
