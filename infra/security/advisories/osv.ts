/** Owns OSV as the source of advisories: asked in batches over HTTP, page by page. */

import { AdvisoriesAway, type Advisory, type AdvisorySource, type Severity } from './advisory-source.ts'
import { cvssSeverity } from './cvss-severity.ts'
import type { Pin } from './pins.ts'

/** What one question may hold. */
const QUERIES_AT_ONCE = 1_000
/** A page that leads to itself would be read for ever. */
const MOST_PAGES = 100

export interface OsvOptions {
  readonly url: string
  readonly withinMs: number
}

interface Query {
  readonly at: number
  readonly pin: Pin
  readonly pageToken?: string
}

interface BatchAnswer {
  readonly results?: readonly {
    readonly vulns?: readonly { readonly id: string }[]
    readonly next_page_token?: string
  }[]
}

interface OsvVulnerability {
  readonly id: string
  readonly aliases?: readonly string[]
  readonly summary?: string
  readonly details?: string
  readonly withdrawn?: string
  readonly severity?: readonly { readonly type: string; readonly score: string }[]
  readonly database_specific?: { readonly severity?: unknown }
  readonly affected?: readonly {
    readonly package?: { readonly name: string }
    readonly ranges?: readonly { readonly events?: readonly { readonly fixed?: string }[] }[]
  }[]
}

export function createOsv({ url, withinMs }: OsvOptions): AdvisorySource {
  async function ask<T>(path: string, body?: object): Promise<T> {
    try {
      const answer = await fetch(`${url.replace(/\/+$/, '')}${path}`, {
        ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
        headers: { 'Content-Type': 'application/json' },
        signal: AbortSignal.timeout(withinMs),
      })
      if (!answer.ok) throw new AdvisoriesAway(`it answered ${answer.status}`)
      return (await answer.json()) as T
    } catch (cause) {
      throw cause instanceof AdvisoriesAway ? cause : new AdvisoriesAway(reasonOf(cause, withinMs), { cause })
    }
  }

  return {
    async idsOf(pins) {
      const ids = pins.map(() => new Set<string>())
      let open: Query[] = pins.map((pin, at) => ({ at, pin }))
      for (let page = 0; open.length > 0; page += 1) {
        if (page === MOST_PAGES) throw new AdvisoriesAway(`it has more than ${MOST_PAGES} pages of one package`)
        const further: Query[] = []
        for (let from = 0; from < open.length; from += QUERIES_AT_ONCE) {
          const asked = open.slice(from, from + QUERIES_AT_ONCE)
          const { results } = await ask<BatchAnswer>('/v1/querybatch', { queries: asked.map(queryOf) })
          if (results?.length !== asked.length) throw new AdvisoriesAway('it did not answer each question')
          for (const [index, { vulns = [], next_page_token }] of results.entries()) {
            const query = asked[index] as Query
            for (const { id } of vulns) ids[query.at]?.add(id)
            if (next_page_token) further.push({ ...query, pageToken: next_page_token })
          }
        }
        open = further
      }
      return ids.map((each) => [...each])
    },
    async read(id) {
      const known = await ask<OsvVulnerability>(`/v1/vulns/${encodeURIComponent(id)}`)
      if (known.id !== id) throw new AdvisoriesAway(`it does not say what ${id} is`)
      return advisoryOf(known)
    },
  }
}

const queryOf = ({ pin: { ecosystem, name, version }, pageToken }: Query) => ({
  package: { ecosystem, name },
  version,
  ...(pageToken === undefined ? {} : { page_token: pageToken }),
})

function advisoryOf(known: OsvVulnerability): Advisory {
  const mendedBy: Record<string, string[]> = {}
  for (const { package: of, ranges = [] } of known.affected ?? []) {
    if (of === undefined) continue
    const versions = ranges.flatMap(({ events = [] }) => events.flatMap(({ fixed }) => fixed ?? []))
    mendedBy[of.name] = [...(mendedBy[of.name] ?? []), ...versions]
  }
  const [firstLine = ''] = (known.details ?? '').trim().split('\n')
  return {
    id: known.id,
    aliases: known.aliases ?? [],
    summary: known.summary ?? firstLine,
    severity: severityOf(known),
    isWithdrawn: known.withdrawn !== undefined,
    mendedBy,
  }
}

const WORDS: Readonly<Record<string, Severity>> = {
  LOW: 'low',
  MODERATE: 'moderate',
  MEDIUM: 'moderate',
  HIGH: 'high',
  CRITICAL: 'critical',
}

/** By the word of whoever looked at it, or else by its vector. */
function severityOf({ database_specific, severity = [] }: OsvVulnerability): Severity {
  const word = WORDS[String(database_specific?.severity).toUpperCase()]
  if (word !== undefined) return word
  const vector = severity.find(({ type }) => type === 'CVSS_V3')
  return (vector && cvssSeverity(vector.score)) ?? 'unrated'
}

function reasonOf(cause: unknown, withinMs: number): string {
  if (!(cause instanceof Error)) return String(cause)
  if (cause.name === 'TimeoutError') return `it did not answer within ${withinMs / 1_000} s`
  if (cause instanceof SyntaxError) return 'it said nothing that can be read'
  const { cause: below } = cause
  return `it is not reached (${below instanceof Error && 'code' in below ? below.code : cause.message})`
}
