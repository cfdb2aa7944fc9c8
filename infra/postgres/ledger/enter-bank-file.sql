-- Enters a file of the bank, unless it is there.
INSERT INTO bank_files (file_hash, name, month, lines) VALUES ($1, $2, $3, $4) ON CONFLICT (file_hash) DO NOTHING
