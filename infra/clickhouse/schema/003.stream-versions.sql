-- A stream may end twice: for the reaper, and for a gateway that was slow and not dead. The longest end is kept, as in
-- PostgreSQL's royalty_streams: it has the greatest version, whichever was read first.
ALTER TABLE streams MODIFY COLUMN version UInt32 COMMENT '1: started; 2 + ms_played: ended, so that the longest end of a stream is kept, of equal ones the first';
-- Ends that were written when each was version 2. The engine replaces them; again, it finds none.
INSERT INTO streams SELECT * REPLACE (toUInt32(2 + assumeNotNull(s.ms_played)) AS version) FROM streams AS s FINAL WHERE s.version = 2 AND s.ms_played > 0;
