/** Owns that the roles are there: made once a server, owner of what a database holds, with the passwords of their addresses. */

import pg from 'pg'
import { CONNECT_TIMEOUT_MS } from './client.ts'
import {
  ADMIN_VARIABLE,
  addressVariable,
  databaseRole,
  LOGIN_ROLES,
  OWNER_ROLE,
  SERVICE_ROLE_NAMES,
  SERVICE_ROLES,
} from './roles.ts'

const NAMES = SERVICE_ROLE_NAMES.map(databaseRole)

/** Roles belong to the whole server: two databases that are migrated at once may both want to make one. Who signs in may have changed since. */
const makeRole = (name: string, login: boolean) => `
  DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${name}') THEN
      CREATE ROLE ${name} ${login ? 'LOGIN' : 'NOLOGIN'};
    ELSIF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${name}' AND rolcanlogin = ${login}) THEN
      ALTER ROLE ${name} ${login ? 'LOGIN' : 'NOLOGIN'};
    END IF;
  EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
  END $$`

/** What was made before there was an owner; an extension's own functions stay with it. */
const TAKE_OVER = `
  DO $$
  DECLARE object record;
  BEGIN
    FOR object IN
      SELECT format('%s %s', CASE relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END, c.oid::regclass) AS name
        FROM pg_class c
       WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'S') AND relowner <> '${OWNER_ROLE}'::regrole
         AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('e', 'a', 'i'))
      UNION ALL
      SELECT format('ROUTINE %s', p.oid::regprocedure) FROM pg_proc p
       WHERE pronamespace = 'public'::regnamespace AND proowner <> '${OWNER_ROLE}'::regrole
         AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
    LOOP
      EXECUTE format('ALTER %s OWNER TO ${OWNER_ROLE}', object.name);
    END LOOP;
  END $$`

/** Who sees only its own sessions does not know what may yet be entered: entered_until() and oldest_entry() ask as the owner. */
const SEES_SESSIONS = `
  DO $$ BEGIN
    IF NOT pg_has_role('${OWNER_ROLE}', 'pg_read_all_stats', 'USAGE') THEN GRANT pg_read_all_stats TO ${OWNER_ROLE}; END IF;
  EXCEPTION WHEN unique_violation OR internal_error THEN
    -- Another database of the server was migrated at the same moment.
    IF NOT pg_has_role('${OWNER_ROLE}', 'pg_read_all_stats', 'USAGE') THEN RAISE; END IF;
  END $$`

const GRANTS = `
  DO $$ BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO ${NAMES.join(', ')}', current_database());
    EXECUTE format('GRANT CONNECT, CREATE ON DATABASE %I TO ${OWNER_ROLE}', current_database());
    IF NOT pg_has_role('${OWNER_ROLE}', 'SET') THEN GRANT ${OWNER_ROLE} TO CURRENT_USER; END IF;
  END $$;
  REVOKE CREATE ON SCHEMA public FROM PUBLIC;
  GRANT CREATE, USAGE ON SCHEMA public TO ${OWNER_ROLE};
  GRANT USAGE ON SCHEMA public TO ${NAMES.join(', ')}`

/** Makes the roles that are missing, gives what is there to the owner, and closes the database to everybody else. */
export async function ensureRoles(client: pg.ClientBase): Promise<void> {
  await client.query(makeRole(OWNER_ROLE, false))
  for (const role of SERVICE_ROLE_NAMES) await client.query(makeRole(databaseRole(role), SERVICE_ROLES[role].login))
  await client.query(SEES_SESSIONS)
  await client.query(GRANTS)
  await client.query(TAKE_OVER)
}

/**
 * Gives each role the password that its address in `env` has. An address that leads to another server or names another
 * role is somebody else's to keep.
 */
export async function setRolePasswords(env: NodeJS.ProcessEnv): Promise<void> {
  const admin = new URL(env[ADMIN_VARIABLE] ?? '')
  const client = new pg.Client({
    connectionString: admin.href,
    application_name: 'segue-roles',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  })
  await client.connect()
  try {
    for (const role of LOGIN_ROLES) {
      const given = env[addressVariable(role)]
      if (!given) continue
      const address = new URL(given)
      if (address.host !== admin.host || address.username !== databaseRole(role) || address.password === '') continue
      const password = pg.escapeLiteral(decodeURIComponent(address.password))
      await client.query(`ALTER ROLE ${databaseRole(role)} PASSWORD ${password}`)
    }
  } finally {
    await client.end()
  }
}
