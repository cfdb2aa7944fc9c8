-- What a listener pays by is sealed by his key, as what names him is (ADR 0035): once his key is gone, no log, dead row or backup says it.

ALTER TABLE payment_methods
  DROP COLUMN token,
  DROP COLUMN last_four,
  ADD COLUMN sealed bytea CHECK (octet_length(sealed) BETWEEN 29 AND 1024);
COMMENT ON TABLE payment_methods IS 'How a user pays, as the payment provider keeps it: its token and the last four digits, never card data.';
COMMENT ON COLUMN payment_methods.sealed IS 'Token and last four digits, sealed by the data key of the listener (AES-256-GCM) for this row and no other. NULL: was here in clear, and is to be asked of the provider again.';
