/** Owns the audit of what is pinned: which holes are known of it, which of those count, and what nobody could be asked about. */

import pLimit from 'p-limit'
import type { Acceptance } from './accepted.ts'
import { AdvisoriesAway, type Advisory, type AdvisorySource, type Severity } from './advisory-source.ts'
import { ECOSYSTEMS, type Ecosystem, type Pin } from './pins.ts'

/** A hole of one package, under all its names. */
export interface Finding {
  readonly pin: Pin
  readonly ids: readonly string[]
  readonly severity: Severity
  readonly summary: string
  readonly mendedBy: readonly string[]
  readonly accepted?: Acceptance
  /** An acceptance that has ended. */
  readonly expired?: Acceptance
}

export interface Audited {
  readonly ecosystem: Ecosystem
  readonly packages: number
  /** Why nothing is known of them; absent: all was told. */
  readonly unknown?: string
}

export interface AuditReport {
  readonly ecosystems: readonly Audited[]
  /** All that are high, critical or unrated, those that are accepted among them. */
  readonly findings: readonly Finding[]
  /** Of packages that were all asked about, and found no more. */
  readonly needless: readonly Acceptance[]
}

/** Lower ones are seen to with the next update. What nobody has rated is looked at by a person. */
const SEVERE: readonly Severity[] = ['high', 'critical', 'unrated']
const RANK: readonly Severity[] = ['unrated', 'low', 'moderate', 'high', 'critical']
const READ_AT_ONCE = 8

/** @param today as 2026-12-31, in UTC */
export async function auditPins(
  pins: readonly Pin[],
  source: AdvisorySource,
  { accepted, today }: { readonly accepted: readonly Acceptance[]; readonly today: string },
): Promise<AuditReport> {
  const ecosystems: Audited[] = []
  const findings: Finding[] = []
  for (const ecosystem of ECOSYSTEMS) {
    const own = pins.filter((pin) => pin.ecosystem === ecosystem)
    if (own.length === 0) continue
    const { holes, unknown } = await holesOf(own, source)
    findings.push(...holes)
    ecosystems.push({ ecosystem, packages: own.length, ...(unknown === undefined ? {} : { unknown }) })
  }
  const judged = findings.map((finding) => judge(finding, accepted, today))
  const used = new Set(judged.flatMap(({ accepted: yes, expired }) => yes ?? expired ?? []))
  const allKnown = ecosystems.every(({ unknown }) => unknown === undefined)
  return { ecosystems, findings: judged, needless: allKnown ? accepted.filter((one) => !used.has(one)) : [] }
}

/** What makes the audit fail. */
export const holesOpen = ({ findings }: AuditReport): Finding[] =>
  findings.filter(({ accepted }) => accepted === undefined)

/** What was told is not forgotten for what was not. */
async function holesOf(
  pins: readonly Pin[],
  source: AdvisorySource,
): Promise<{ readonly holes: readonly Finding[]; readonly unknown: string | undefined }> {
  const ids = await source.idsOf(pins).catch(reasonOf)
  if (typeof ids === 'string') return { holes: [], unknown: ids }
  const atOnce = pLimit(READ_AT_ONCE)
  const each = [...new Set(ids.flat())]
  const read = await Promise.all(each.map((id) => atOnce(() => source.read(id)).catch(reasonOf)))
  const known = new Map(read.flatMap((one) => (typeof one === 'string' ? [] : [[one.id, one] as const])))
  const unknown = read.find((one) => typeof one === 'string')
  const holes = pins.flatMap((pin, at) => {
    const of = (ids[at] ?? []).flatMap((id) => known.get(id) ?? []).filter(({ isWithdrawn }) => !isWithdrawn)
    return groupsOf(of)
      .map((group) => findingOf(pin, group))
      .filter(({ severity }) => SEVERE.includes(severity))
  })
  return { holes, unknown }
}

/** Why nothing is known. @throws what is a defect here. */
function reasonOf(error: unknown): string {
  if (error instanceof AdvisoriesAway) return error.message
  throw error
}

/** Those that are one hole under several names together. */
function groupsOf(advisories: readonly Advisory[]): Advisory[][] {
  let groups: { names: Set<string>; members: Advisory[] }[] = []
  for (const advisory of advisories) {
    const names = new Set([advisory.id, ...advisory.aliases])
    const same = groups.filter((group) => [...names].some((name) => group.names.has(name)))
    groups = groups.filter((group) => !same.includes(group))
    groups.push({
      names: new Set([...same.flatMap((group) => [...group.names]), ...names]),
      members: [...same.flatMap(({ members }) => members), advisory],
    })
  }
  return groups.map(({ members }) => members)
}

function findingOf(pin: Pin, group: readonly Advisory[]): Finding {
  const worst = group.reduce((a, b) => (RANK.indexOf(b.severity) > RANK.indexOf(a.severity) ? b : a))
  return {
    pin,
    ids: [...new Set(group.flatMap(({ id, aliases }) => [id, ...aliases]))].sort(),
    severity: worst.severity,
    summary: worst.summary,
    mendedBy: [...new Set(group.flatMap(({ mendedBy }) => mendedBy[pin.name] ?? []))],
  }
}

function judge(finding: Finding, accepted: readonly Acceptance[], today: string): Finding {
  const one = accepted.find(({ id, package: name }) => finding.ids.includes(id) && finding.pin.name === name)
  if (one === undefined) return finding
  return today <= one.until ? { ...finding, accepted: one } : { ...finding, expired: one }
}
