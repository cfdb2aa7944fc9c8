/** Owns where each part of a stack can be opened, and who may: for the screen, and for the page of the stack. */

import { join } from 'node:path'
import { AIRFLOW_USER } from '../../airflow/server.ts'
import { PEOPLE, type Role, userNameOf } from '../../issuer/people.ts'
import { KEYCLOAK_ADMIN } from '../../keycloak/server.ts'
import { certificatesIn } from '../../nginx/certificates.ts'
import { isConfigured } from '../environment.ts'
import { inDataFolder } from '../folders.ts'
import type { PartName } from '../part.ts'
import { HOST } from '../ports.ts'
import type { StackPlan } from '../watch.ts'

export type Place = Pick<StackPlan, 'env' | 'dataDir' | 'ports' | 'parts' | 'source'>

export interface Address {
  readonly label: string
  readonly url: string
  /** Who may look at it; '' where everybody may. */
  readonly remark: string
}

/** For a browser. The servers that answer programs alone have none. */
export const PAGES_OF: Readonly<Partial<Record<PartName, (place: Place) => readonly Address[]>>> = {
  gateway: (place) => {
    const { env } = place
    // A sign-in goes back to the edge where there is one.
    const page = env.SEGUE_GATEWAY_ORIGIN ?? `http://${env.SEGUE_GATEWAY_HOST}:${env.SEGUE_GATEWAY_PORT}`
    return [
      { label: 'Player', url: `${page}/`, remark: '' },
      { label: 'Dashboard', url: `${page}/dashboard`, remark: signInAs('analyst', place) },
      { label: 'Cases', url: `${page}/cases`, remark: 'accounts that look shared' },
    ]
  },
  superset: (place) => {
    const dashboard = (name: string) => `${place.env.SEGUE_SUPERSET_URL}/superset/dashboard/${name}/`
    return [
      { label: 'Listening', url: dashboard('listening'), remark: signInAs('analyst', place) },
      { label: 'Royalties', url: dashboard('royalties'), remark: signInAs('finance', place) },
    ]
  },
  keycloak: ({ ports, dataDir }) => [
    {
      label: 'Keycloak',
      url: `http://${HOST}:${ports.keycloak}/admin/`,
      remark: `sign in as ${KEYCLOAK_ADMIN} with keycloak_admin_password of ${inDataFolder.secrets(dataDir)}; people with keycloak_people_password`,
    },
  ],
  airflow: ({ env, dataDir }) => [
    {
      label: 'Jobs',
      url: `${env.SEGUE_AIRFLOW_URL}/`,
      remark: `sign in as ${AIRFLOW_USER} with airflow_password of ${inDataFolder.secrets(dataDir)}`,
    },
  ],
}

/** The authority of the edge's certificate, in a file. */
export const trustOf = (dataDir: string): string => certificatesIn(join(dataDir, 'nginx', 'tls')).authority

/** Who of the demo people has `role`; of somebody else's issuer nothing is known. */
function signInAs(role: Role, { parts, source }: Place): string {
  const person = PEOPLE.find(({ roles }) => roles.includes(role))
  if (person === undefined || isConfigured('issuer', source)) return ''
  return `sign in as ${parts.includes('keycloak') ? userNameOf(person) : person.name}`
}
