/** Owns the table of database roles: one a service, and which address each signs in by. What a role may is granted by the migrations. */

/** Owns every table; nobody signs in as it. Migrations run as it. */
export const OWNER_ROLE = 'segue_owner'

/** `login`: a program or a person of today connects as it. */
export const SERVICE_ROLES = {
  gateway: { login: true, work: 'players, in the name of one listener at a time, and the pages of analysts' },
  catalog: { login: true, work: 'ingest of music into the catalog' },
  royalties: { login: true, work: 'the worker that enters streams into the books' },
  rollups: { login: true, work: 'the worker of rollups: a lock, and no table' },
  sharing: { login: true, work: 'the worker that watches for accounts that look shared' },
  recommend: { login: true, work: 'the worker that learns what is heard with what; reads no listener' },
  finance: { login: true, work: 'rights, contracts and the close of a month' },
  analyst: { login: true, work: 'reading, without names, accounts or payments' },
  maintenance: {
    login: true,
    work: 'partitions made ahead and retired when they are old enough, and when jobs ran; reads no other row',
  },
  billing: { login: false, work: 'users, subscriptions and payments' },
  ads: { login: true, work: 'campaigns, creatives and impressions' },
  capture: { login: true, work: 'Debezium: hears which rows of the catalog change, and reads none' },
  search: { login: true, work: 'the worker of search: reads the catalog and public playlists, counts what is popular' },
} as const satisfies Record<string, { login: boolean; work: string }>

export type ServiceRole = keyof typeof SERVICE_ROLES
export type LoginRole = { [R in ServiceRole]: (typeof SERVICE_ROLES)[R]['login'] extends true ? R : never }[ServiceRole]

export const SERVICE_ROLE_NAMES = Object.keys(SERVICE_ROLES) as ServiceRole[]
export const LOGIN_ROLES = SERVICE_ROLE_NAMES.filter((role): role is LoginRole => SERVICE_ROLES[role].login)

/** As the server knows it. */
export const databaseRole = (role: ServiceRole): string => `segue_${role}`

/** Of the role that makes the others and migrates: a superuser, or one that may create roles and owns the database. */
export const ADMIN_VARIABLE = 'SEGUE_POSTGRES_URL'

export const addressVariable = (role: LoginRole): string => `SEGUE_POSTGRES_${role.toUpperCase()}_URL`

/** The address of `role` on the server and in the database of the admin's, or what cannot be read as an address as it is. */
export function addressOf(adminUrl: string, name: string, password: string): string {
  if (!URL.canParse(adminUrl)) return adminUrl
  const url = new URL(adminUrl)
  url.username = name
  url.password = password
  return url.href
}

/** The variables with addresses of PostgreSQL that a program of `roles` has no business with. */
export function foreignAddresses(roles: readonly LoginRole[]): string[] {
  return [ADMIN_VARIABLE, ...LOGIN_ROLES.filter((role) => !roles.includes(role)).map(addressVariable)]
}
