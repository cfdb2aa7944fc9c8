-- Who listened by a subscription in the month.
SELECT m.subscription_id AS subscription, array_agg(DISTINCT u.account_id) AS accounts
  FROM subscription_members m JOIN users u USING (user_id)
 WHERE m.subscription_id = ANY ($2::uuid[]) AND m.period && tstzrange($1::date::timestamp AT TIME ZONE 'UTC', ($1::date + interval '1 month') AT TIME ZONE 'UTC')
 GROUP BY m.subscription_id
