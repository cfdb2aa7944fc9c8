-- What streams weigh that are not credible, as data: by which sign, from which measure on, and how much is left of them.

ALTER TABLE royalty_terms ADD COLUMN credibility jsonb CONSTRAINT royalty_terms_credibility_is_a_rule CHECK (
  credibility IS NULL OR jsonb_typeof(credibility) = 'array' AND jsonb_array_length(credibility) BETWEEN 1 AND 3 AND
  -- What is not known of an entry makes it none that is right.
  jsonb_array_length(jsonb_path_query_array(credibility, '$[*] ? (
    (@.reason == "bot" || @.reason == "looped" || @.reason == "short-track")
    && @.limit.type() == "number" && @.limit >= 1 && @.limit <= 1000000 && @.limit == @.limit.floor()
    && @.num.type() == "number" && @.num >= 0 && @.num == @.num.floor()
    && @.den.type() == "number" && @.den >= 1 && @.den <= 20 && @.den == @.den.floor() && @.num <= @.den)')) = jsonb_array_length(credibility));
COMMENT ON COLUMN royalty_terms.credibility IS 'What is left of streams that are not credible: [{"reason": "bot", "limit": 1440, "num": 0, "den": 1}]. bot: of a listener who played more than limit minutes on a day; looped: of a track that a listener began more than limit times on a day; short-track: of a track that is shorter than limit seconds. They weigh num / den of others; of several the least. Null: all streams that count weigh the same.';
