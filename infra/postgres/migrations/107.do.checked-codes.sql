-- Codes of works and of people have digits to check by: one that was mistyped is nobody's, or pays somebody else.

CREATE FUNCTION is_iswc(code text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN code ~ '^T[0-9]{10}$' THEN
    (1 + (SELECT sum(place * substr(code, place + 1, 1)::integer) FROM generate_series(1, 9) AS place) + substr(code, 11, 1)::integer) % 10 = 0
    ELSE false END
$$;
COMMENT ON FUNCTION is_iswc IS 'ISO 15707: one, each digit as often as its place says, and the check digit come to whole tens.';

CREATE FUNCTION is_ipi_name(code text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN code ~ '^[0-9]{11}$' AND code !~ '^0{9}' THEN
    (101 - (SELECT sum((11 - place) * substr(code, place, 1)::integer) FROM generate_series(1, 9) AS place) % 101) % 101 % 100 = substr(code, 10, 2)::integer
    ELSE false END
$$;
COMMENT ON FUNCTION is_ipi_name IS 'CISAC: digits weigh 10 to 2, and what their sum lacks to a multiple of 101 are the last two; of 100 they are 00.';

CREATE FUNCTION is_isni(code text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN code ~ '^[0-9]{15}[0-9X]$' THEN
    ((SELECT sum(substr(code, place, 1)::integer * (1 << (16 - place))) FROM generate_series(1, 15) AS place)
      + CASE right(code, 1) WHEN 'X' THEN 10 ELSE right(code, 1)::integer END) % 11 = 1
    ELSE false END
$$;
COMMENT ON FUNCTION is_isni IS 'ISO 27729, by ISO/IEC 7064 MOD 11-2: digits weigh powers of two, and with the check character they come to one.';

CREATE FUNCTION is_grid(code text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  product integer := 36;
  one integer;
BEGIN
  IF code !~ '^A1[0-9A-Z]{16}$' THEN RETURN false; END IF;
  FOR place IN 1..18 LOOP
    one := strpos('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', substr(code, place, 1)) - 1;
    IF place = 18 THEN RETURN (product + one) % 36 = 1; END IF;
    product := (product + one) % 36;
    product := (CASE product WHEN 0 THEN 36 ELSE product END) * 2 % 37;
  END LOOP;
END $$;
COMMENT ON FUNCTION is_grid IS 'GRid 2.1, by ISO/IEC 7064 MOD 37,36: the last character is the one that brings the product to one.';

ALTER TABLE albums ADD COLUMN grid text UNIQUE CHECK (is_grid(grid));
COMMENT ON COLUMN albums.grid IS 'As which release it is known to others, without hyphens; null: it has no number.';
ALTER TABLE works ADD CONSTRAINT works_iswc_is_right CHECK (is_iswc(iswc)) NOT VALID;
ALTER TABLE rights_holders ADD CONSTRAINT rights_holders_ipi_is_right CHECK (is_ipi_name(ipi)) NOT VALID;
ALTER TABLE rights_holders ADD CONSTRAINT rights_holders_isni_is_right CHECK (is_isni(isni)) NOT VALID;

-- What was entered before is told where it is wrong, and stays until somebody knows what is right.
DO $$
DECLARE one record;
BEGIN
  FOR one IN VALUES ('works', 'works_iswc_is_right'), ('rights_holders', 'rights_holders_ipi_is_right'), ('rights_holders', 'rights_holders_isni_is_right') LOOP
    BEGIN
      EXECUTE format('ALTER TABLE %I VALIDATE CONSTRAINT %I', one.column1, one.column2);
    EXCEPTION WHEN check_violation THEN
      RAISE WARNING 'there are rows of % that were entered before % was asked, and are against it', one.column1, one.column2;
    END;
  END LOOP;
END $$;
