-- The exchange rates of the month.
SELECT base, quote, rate_num::text AS num, rate_den::text AS den, source, published_on::text AS day FROM fx_rates WHERE month = $1
