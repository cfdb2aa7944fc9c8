-- Who listened by a subscription in the month, where it was not its payer alone.
SELECT m.subscription_id AS subscription, array_agg(DISTINCT u.account_id) AS accounts
  FROM subscription_members m JOIN users u USING (user_id) JOIN subscriptions s USING (subscription_id) JOIN users payer ON payer.user_id = s.payer_id
 WHERE m.period && tstzrange($1::date::timestamp AT TIME ZONE 'UTC', ($1::date + interval '1 month') AT TIME ZONE 'UTC')
 GROUP BY m.subscription_id, payer.account_id HAVING array_agg(DISTINCT u.account_id) <> ARRAY[payer.account_id]
