/** Owns an analyst at Superset: signed in at the dashboard by Keycloak, known to Superset by that, asking for the streams of a track. */

import { signInBy, step } from '../../infra/issuer/sign-in.ts'
import { typePassword } from '../../infra/keycloak/type-password.ts'
import { signInAt } from '../../infra/superset/session.ts'
import type { StackPlace } from './stack-place.ts'
import { must } from './steps.ts'

const ANALYST = 'noor'
/** The chart of the dashboard "Listening" whose dataset has streams by track. */
const CHART = 'Top tracks'

export interface Analyst {
  streamsOf(trackId: string): Promise<number>
}

interface Chart {
  readonly slice_name: string
  readonly datasource_id: number
}

export async function analystAt({ secrets, issuerUrl, edgeUrl, supersetUrl }: StackPlace): Promise<Analyst> {
  // Of Keycloak: who is signed in once is known by it everywhere.
  const cookies = new Map<string, string>()
  const types = typePassword(ANALYST, secrets.keycloak_people_password)
  await signInBy({ issuerUrl, redirectUri: `${edgeUrl}/dashboard` }, (authorize) => types(authorize, cookies))
  const session = await signInAt(supersetUrl, (authorize) => step('the single sign-on', authorize, cookies))

  const charts = await session.get('/api/v1/chart/?q=(page_size:100,columns:!(slice_name,datasource_id))')
  must(charts.status === 200, `Superset answered ${charts.status} to who its charts are`)
  const chart = (charts.body.result as readonly Chart[]).find(({ slice_name }) => slice_name === CHART)
  must(chart !== undefined, `Superset has no chart '${CHART}'`)

  return {
    async streamsOf(trackId) {
      const query = {
        columns: ['track_id'],
        metrics: ['streams'],
        filters: [{ col: 'track_id', op: '==', val: trackId }],
      }
      const datasource = { id: chart.datasource_id, type: 'table' }
      // Not what it was told a minute ago.
      const answer = await session.post('/api/v1/chart/data', { datasource, queries: [query], force: true })
      must(answer.status === 200, `Superset answered ${answer.status}: ${JSON.stringify(answer.body).slice(0, 300)}`)
      const [result] = answer.body.result as readonly { readonly data: readonly { readonly streams: number }[] }[]
      return Number(result?.data[0]?.streams ?? 0)
    },
  }
}
