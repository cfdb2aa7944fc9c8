-- Why a stream began, and which of several ends of one stream is kept.

ALTER TABLE royalty_streams ADD COLUMN reason_start text NOT NULL DEFAULT 'unknown';
COMMENT ON COLUMN royalty_streams.reason_start IS 'Why it began; reconnect: it goes on where another stream of the listener broke off. unknown: also what was noted before this column was.';
COMMENT ON TABLE royalty_streams IS 'Plays of 30 s or more, as the server measured them. A stream that ended twice is here once: the end with the greatest ms_played counts, and of equal ones the first that was read.';
COMMENT ON COLUMN royalty_streams.noted_at IS 'When its first end of 30 s or more was entered.';
