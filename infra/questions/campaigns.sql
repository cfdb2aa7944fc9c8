-- Whether a campaign works: impressions, completion, clicks, frequency, lift.
--
-- Impressions decided in the {days} days before {until}. An impression counts (MRC digital audio) when it was audible for two seconds without a
-- break and nothing calls its traffic invalid; the quartiles, completion and clicks are of impressions that count, as shares of them.
-- reach: accounts with an impression; frequency: impressions an account. lift: of accounts served, the share that converted, by that of the accounts
-- that were withheld (a control group by lot, which hears nothing), less one; null without a control group or when nobody of it converted.
-- An account that is in both groups is in neither. Rows that repeat count once, by impression and kind.
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
    WHERE id_hour >= toStartOfHour({until:DateTime('UTC')} - toIntervalDay({days:UInt16})) AND id_hour < {until:DateTime('UTC')}
    GROUP BY campaign_id, impression_id
  ),
  groups AS (
    SELECT campaign_id, account_id, max(served) AS treated, max(withheld) AS control, max(converted) AS did
    FROM each WHERE NOT is_invalid
    GROUP BY campaign_id, account_id
    HAVING treated != control
  ),
  lifts AS (
    SELECT
      campaign_id,
      countIf(treated) AS treated_accounts, countIf(control) AS control_accounts,
      countIf(treated AND did) / nullIf(treated_accounts, 0) AS treated_rate,
      countIf(control AND did) / nullIf(control_accounts, 0) AS control_rate
    FROM groups GROUP BY campaign_id
  ),
  totals AS (
    SELECT
      campaign_id, countIf(served) AS all_served, countIf(is_invalid) AS all_invalid, countIf(counts) AS impressions,
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
  l.treated_accounts AS treated, l.control_accounts AS control,
  round(l.treated_rate / nullIf(l.control_rate, 0) - 1, 4) AS lift
FROM totals AS t LEFT JOIN lifts AS l ON l.campaign_id = t.campaign_id
ORDER BY impressions DESC, campaign_id
LIMIT {limit:UInt16}
