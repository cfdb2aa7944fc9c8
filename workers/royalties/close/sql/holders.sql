-- Who is paid.
SELECT holder_id AS id, name, kind, country, pay_currency AS currency, tax_reference IS NOT NULL AS "isTaxed", ddex_party_id AS "partyId"
  FROM rights_holders WHERE holder_id = ANY ($1::uuid[])
