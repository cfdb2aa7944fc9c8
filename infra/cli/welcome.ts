/** Owns what the screen says when a stack is up: where everything is, and who may look at it. */

import { join } from 'node:path'
import { AIRFLOW_USER } from '../airflow/server.ts'
import { PEOPLE, type Role, userNameOf } from '../issuer/people.ts'
import { KEYCLOAK_ADMIN } from '../keycloak/server.ts'
import { certificatesIn } from '../nginx/certificates.ts'
import { isConfigured } from '../stack/environment.ts'
import { inDataFolder } from '../stack/folders.ts'
import type { ExtraName } from '../stack/part.ts'
import { HOST } from '../stack/ports.ts'
import type { Stack } from '../stack/stack.ts'
import { boxed } from './box.ts'

type Row = readonly [string, string]

export function welcome(stack: Stack, extras: readonly ExtraName[], tookMs: number): string {
  const rows: readonly Row[] = [
    ...(stack.parts.includes('gateway') ? pages(stack) : []),
    ...extras.flatMap((name) => EXTRA_ROWS[name](stack)),
    ['Data', stack.dataDir],
    ['Logs', inDataFolder.logs(stack.dataDir)],
    ['To stop', 'Ctrl-C'],
  ]
  const what = stack.parts.includes('gateway') ? 'Segue is' : 'All is'
  return `\n${what} up, after ${(tookMs / 1000).toFixed(1)} s\n\n${boxed(rows)}`
}

function pages(stack: Stack): readonly Row[] {
  const { env } = stack
  // A sign-in goes back to the edge where there is one.
  const page = env.SEGUE_GATEWAY_ORIGIN ?? `http://${env.SEGUE_GATEWAY_HOST}:${env.SEGUE_GATEWAY_PORT}`
  return [
    ['Player', `${page}/`],
    ['Dashboard', `${page}/dashboard${signInAs('analyst', stack)}`],
    ['Cases', `${page}/cases  (accounts that look shared)`],
  ]
}

const EXTRA_ROWS: Readonly<Record<ExtraName, (stack: Stack) => readonly Row[]>> = {
  superset: (stack) => [
    ['Listening', `${stack.env.SEGUE_SUPERSET_URL}/superset/dashboard/listening/${signInAs('analyst', stack)}`],
    ['Royalties', `${stack.env.SEGUE_SUPERSET_URL}/superset/dashboard/royalties/${signInAs('finance', stack)}`],
  ],
  keycloak: ({ ports, dataDir }) => [
    ['Keycloak', `http://${HOST}:${ports.keycloak}/admin/  (sign in as ${KEYCLOAK_ADMIN} with keycloak_admin_password`],
    ['', `of ${inDataFolder.secrets(dataDir)}; people with keycloak_people_password)`],
  ],
  // Nobody looks at these two: they are what the player's search box asks.
  opensearch: () => [],
  debezium: () => [],
  nginx: ({ dataDir }) => [
    ['Trust', certificatesIn(join(dataDir, 'nginx', 'tls')).authority],
    ['', '(the authority of the certificate: take it into the browser, or accept its warning)'],
  ],
  airflow: ({ env, dataDir }) => [
    ['Jobs', `${env.SEGUE_AIRFLOW_URL}/`],
    ['', `(sign in as ${AIRFLOW_USER} with airflow_password of ${inDataFolder.secrets(dataDir)})`],
  ],
}

/** Who of the demo people has `role`; of somebody else's issuer nothing is known. */
function signInAs(role: Role, { parts }: Stack): string {
  const person = PEOPLE.find(({ roles }) => roles.includes(role))
  if (person === undefined || isConfigured('issuer', process.env)) return ''
  return `  (sign in as ${parts.includes('keycloak') ? userNameOf(person) : person.name})`
}
