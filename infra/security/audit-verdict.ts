/** Owns what the answer of `npm audit --json` comes to: nothing known, something found, or nobody who could say. */

export type AuditVerdict =
  | { readonly kind: 'clean' }
  | { readonly kind: 'found'; readonly advisories: readonly string[] }
  /** The service of advisories did not answer: that says nothing of the packages. */
  | { readonly kind: 'unknown'; readonly why: string }

interface Vulnerability {
  readonly severity: string
  readonly range?: string
  readonly via?: readonly (string | { readonly title?: string; readonly url?: string })[]
  readonly fixAvailable?: boolean | { readonly name: string; readonly version: string }
}

interface Audited {
  readonly message?: string
  readonly vulnerabilities?: Readonly<Record<string, Vulnerability>>
}

/** Lower ones are seen to with the next update. */
const SEVERE: readonly string[] = ['high', 'critical']

export function auditVerdict(text: string): AuditVerdict {
  const answer = parsed(text)
  if (answer?.vulnerabilities === undefined) {
    return { kind: 'unknown', why: withoutAddresses(answer?.message ?? 'npm audit said nothing that can be read') }
  }
  const advisories = Object.entries(answer.vulnerabilities)
    .filter(([, { severity }]) => SEVERE.includes(severity))
    .map(([name, found]) => `${name} ${found.range ?? ''}: ${found.severity}: ${reasonsOf(found)}; ${mendedBy(found)}`)
  return advisories.length === 0 ? { kind: 'clean' } : { kind: 'found', advisories }
}

function parsed(text: string): Audited | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function reasonsOf({ via = [] }: Vulnerability): string {
  return via.map((one) => (typeof one === 'string' ? `by ${one}` : `${one.title} (${one.url})`)).join(', ')
}

function mendedBy({ fixAvailable }: Vulnerability): string {
  if (typeof fixAvailable === 'object') return `mended by ${fixAvailable.name} ${fixAvailable.version}`
  return fixAvailable === true
    ? 'mended by npm audit fix'
    : 'not mended yet: do without it, or say here why it does no harm'
}

const withoutAddresses = (text: string) => text.replaceAll(/https?:\/\/\S+/g, 'the registry')
