/** Owns reading the model from the live schema: tables and views, columns, keys, and what each role was granted. */

import type { Pool } from '../client.ts'

export interface ModelColumn {
  readonly name: string
  readonly type: string
  readonly isRequired: boolean
}

export interface ModelReference {
  readonly columns: readonly string[]
  readonly to: string
  readonly isRequired: boolean
  /** Whether one row at most refers to a row. */
  readonly isUnique: boolean
}

export interface ModelTable {
  readonly name: string
  /** Speaks with the rights of the owner, beyond row security. */
  readonly isView: boolean
  readonly comment: string | null
  /** The columns of the key that its partitions are cut by. */
  readonly partitionedBy: string | null
  readonly hasRowSecurity: boolean
  /** In the names of which roles there are policies. */
  readonly policyRoles: readonly string[]
  readonly columns: readonly ModelColumn[]
  readonly primaryKey: readonly string[]
  readonly unique: readonly string[]
  readonly references: readonly ModelReference[]
  /** By role, of SELECT, INSERT, UPDATE and DELETE the first letters; small where only some columns are granted. */
  readonly grants: Readonly<Record<string, string>>
}

/** A partition is part of its table. */
const TABLES = `
  SELECT c.relname AS name, c.relkind IN ('v', 'm') AS "isView", obj_description(c.oid, 'pg_class') AS comment, pg_get_partkeydef(c.oid) AS "partitionedBy",
         c.relrowsecurity AS "hasRowSecurity",
         ARRAY(SELECT DISTINCT r.rolname::text FROM pg_policy p JOIN pg_roles r ON r.oid = ANY (p.polroles)
                WHERE p.polrelid = c.oid ORDER BY 1) AS "policyRoles",
         (SELECT json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'isRequired', a.attnotnull)
                          ORDER BY a.attnum)
            FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
         coalesce((SELECT json_agg(a.attname ORDER BY array_position(i.indkey, a.attnum))
            FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
           WHERE i.indrelid = c.oid AND i.indisprimary), '[]') AS "primaryKey",
         coalesce((SELECT json_agg(DISTINCT a.attname)
            FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
           WHERE i.indrelid = c.oid AND i.indisunique AND NOT i.indisprimary AND i.indnkeyatts = 1 AND i.indpred IS NULL), '[]') AS unique,
         coalesce((SELECT json_agg(json_build_object(
              'columns', (SELECT json_agg(a.attname ORDER BY array_position(k.conkey, a.attnum)) FROM pg_attribute a
                           WHERE a.attrelid = c.oid AND a.attnum = ANY (k.conkey)),
              'to', k.confrelid::regclass::text,
              'isRequired', (SELECT bool_and(a.attnotnull) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (k.conkey)),
              'isUnique', EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND i.indpred IS NULL
                                   AND (i.indkey::int2[])[0:i.indnkeyatts - 1] <@ k.conkey)) ORDER BY k.conname)
            FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.conparentid = 0), '[]') AS "references"
    FROM pg_class c
   WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition
   ORDER BY c.relname`

const GRANTS = `
  SELECT c.relname AS table, r.rolname AS role, g.privilege_type AS privilege, bool_or(g.is_whole) AS "isWhole"
    FROM pg_class c
    CROSS JOIN LATERAL (
      SELECT grantee, privilege_type, true AS is_whole FROM aclexplode(c.relacl)
      UNION ALL
      SELECT acl.grantee, acl.privilege_type, false FROM pg_attribute a CROSS JOIN aclexplode(a.attacl) acl
       WHERE a.attrelid = c.oid AND NOT a.attisdropped
    ) g
    LEFT JOIN pg_roles r ON r.oid = g.grantee
   WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') AND g.grantee <> c.relowner
   GROUP BY 1, 2, 3`

const PRIVILEGES = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'] as const

interface GrantRow {
  readonly table: string
  /** Null: everybody. */
  readonly role: string | null
  readonly privilege: string
  readonly isWhole: boolean
}

/** By name. */
export async function readModel(pool: Pool): Promise<readonly ModelTable[]> {
  const { rows: tables } = await pool.query<Omit<ModelTable, 'grants'>>(TABLES)
  const { rows: grants } = await pool.query<GrantRow>(GRANTS)
  return tables.map((table) => ({ ...table, grants: lettersOf(grants.filter((grant) => grant.table === table.name)) }))
}

function lettersOf(grants: readonly GrantRow[]): Record<string, string> {
  const byRole: Record<string, string> = {}
  for (const privilege of PRIVILEGES) {
    for (const grant of grants) {
      if (grant.privilege !== privilege) continue
      const letter = privilege.charAt(0)
      const role = grant.role ?? 'everybody'
      byRole[role] = (byRole[role] ?? '') + (grant.isWhole ? letter : letter.toLowerCase())
    }
  }
  return byRole
}
