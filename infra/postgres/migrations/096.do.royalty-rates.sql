-- On which day an exchange rate was published; and the streams of a month may be grouped by several processes at once.

ALTER TABLE fx_rates ADD COLUMN published_on date;
COMMENT ON COLUMN fx_rates.published_on IS 'On which day, for whoever asks. Null: it was entered before days were kept.';
ALTER TABLE fx_rates ADD CONSTRAINT fx_rates_have_a_day CHECK (published_on IS NOT NULL) NOT VALID;

ALTER FUNCTION royalty_streams_of PARALLEL SAFE;
