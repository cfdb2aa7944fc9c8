/** Owns what is claimed of the gateway's speed: the manifest, its sentences in the README, and whether what is measured bears them out. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { PROJECT_ROOT } from '../../infra/stack/folders.ts'
import type { Wanted } from './bench.ts'
import { type Found, spreadOf } from './result.ts'
import { SERVER_NAMES, type ServerName } from './servers.ts'
import { WORK_NAMES, type WorkName } from './works.ts'

const Claim = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z0-9-]+$' }),
    sentence: Type.String({ description: 'as it stands in the README, the number of the claim in it' }),
    command: Type.String({ description: 'measures this one alone' }),
    work: Type.String(),
    figure: Type.String(),
    server: Type.String(),
    over: Type.Optional(
      Type.String({ description: 'the server that it is held against; without it the figure itself is claimed' }),
    ),
    over_work: Type.Optional(Type.String({ description: 'the work of that server, when it is another' })),
    ratio: Type.Number({ exclusiveMinimum: 0 }),
    bound: Type.Union([Type.Literal('most'), Type.Literal('least')]),
    tolerance: Type.Number({
      minimum: 0,
      maximum: 1,
      description: 'the share by which a run may be worse than what is claimed',
    }),
  },
  { additionalProperties: false },
)
export type Claim = Static<typeof Claim>

const MANIFEST = join(PROJECT_ROOT, 'load-tests', 'claims.json')

/** @throws {Error} saying which field is wrong. */
export async function readClaims(): Promise<readonly Claim[]> {
  const value: unknown = JSON.parse(await readFile(MANIFEST, 'utf8'))
  const schema = Type.Array(Claim)
  const [first] = Value.Errors(schema, value)
  if (first !== undefined) throw new Error(`claims.json ${first.path}: ${first.message}`)
  return value as Claim[]
}

export interface Judged {
  readonly claim: Claim
  /** Undefined: it could not be measured. */
  readonly measured: number | undefined
  readonly holds: boolean
}

export function judge(claims: readonly Claim[], found: readonly Found[]): Judged[] {
  return claims.map((claim) => {
    const { work, figure, server, over, over_work = work, ratio, bound, tolerance } = claim
    const value = medianOf(found, work, server, figure)
    const base = over === undefined ? 1 : medianOf(found, over_work, over, figure)
    if (value === undefined || base === undefined || base === 0) return { claim, measured: undefined, holds: false }
    const measured = value / base
    const holds = bound === 'most' ? measured <= ratio * (1 + tolerance) : measured >= ratio * (1 - tolerance)
    return { claim, measured, holds }
  })
}

function medianOf(found: readonly Found[], work: string, server: string, figure: string): number | undefined {
  const row = found.find((each) => each.work === work && each.server === server)
  return row === undefined ? undefined : spreadOf(row, figure)?.median
}

/** What must be measured for all of them, no server of a work more than needed. */
export function worksOf(claims: readonly Claim[], runs: number): Wanted[] {
  return WORK_NAMES.flatMap((work) => {
    const servers = claims.flatMap((claim) => [
      ...(claim.work === work ? [claim.server] : []),
      ...((claim.over_work ?? claim.work) === work && claim.over !== undefined ? [claim.over] : []),
    ])
    if (servers.length === 0) return []
    return [{ works: [work], servers: SERVER_NAMES.filter((name) => servers.includes(name)), runs }]
  })
}

export function isWork(name: string): name is WorkName {
  return WORK_NAMES.some((known) => known === name)
}

export function isServer(name: string): name is ServerName {
  return SERVER_NAMES.some((known) => known === name)
}

/** A Markdown table. */
export function verdicts(judged: readonly Judged[]): string[] {
  const rows = judged.map(({ claim, measured, holds }) => {
    const { id, bound, ratio, tolerance } = claim
    const claimed = `${bound === 'most' ? '≤' : '≥'} ${ratio} (± ${Math.round(100 * tolerance)} %)`
    return `| ${holds ? '✓' : '✗'} | ${id} | ${claimed} | ${measured === undefined ? 'not measured' : measured.toPrecision(3)} |`
  })
  return ['| | claim | claimed | measured |', '| --- | --- | --- | --- |', ...rows]
}
