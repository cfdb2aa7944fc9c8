-- What names a listener is sealed by a key of his own, which a master key outside of the database wraps (ADR 0031). The database never sees it in clear.

CREATE TABLE listener_keys (
  user_id uuid PRIMARY KEY REFERENCES users,
  master_key text NOT NULL CHECK (master_key ~ '^[a-z0-9][a-z0-9-]{0,40}$'),
  wrapped bytea NOT NULL CHECK (octet_length(wrapped) BETWEEN 32 AND 4096),
  made_at timestamptz NOT NULL DEFAULT now(),
  wrapped_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE listener_keys IS 'The data key of each listener, wrapped. Without its row nothing in personal_fields of him can be read again.';
COMMENT ON COLUMN listener_keys.master_key IS 'The name of the master key that wraps it, which is not here.';
COMMENT ON COLUMN listener_keys.wrapped_at IS 'When it was last wrapped: a rotation of the master key does so anew.';

CREATE TABLE personal_fields (
  user_id uuid NOT NULL REFERENCES listener_keys ON DELETE CASCADE,
  field text NOT NULL CHECK (field IN ('display_name', 'email')),
  sealed bytea NOT NULL CHECK (octet_length(sealed) BETWEEN 29 AND 4096),
  PRIMARY KEY (user_id, field)
);
COMMENT ON TABLE personal_fields IS 'What names a listener, each field sealed by his data key (AES-256-GCM) for its row and no other.';

-- Names were in clear here; those of a development are sealed anew by its next start.
ALTER TABLE users DROP COLUMN display_name;
COMMENT ON TABLE users IS 'Listeners. What names them is sealed in personal_fields; how they sign in is the issuer''s to know.';

CREATE TRIGGER note_change AFTER INSERT OR DELETE ON listener_keys FOR EACH ROW EXECUTE FUNCTION note_change('names');
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON personal_fields FOR EACH ROW EXECUTE FUNCTION note_change('names');

GRANT SELECT, INSERT, UPDATE, DELETE ON listener_keys, personal_fields TO segue_billing;
ALTER TABLE listener_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE personal_fields ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_services ON listener_keys TO segue_billing USING (true) WITH CHECK (true);
CREATE POLICY of_services ON personal_fields TO segue_billing USING (true) WITH CHECK (true);
