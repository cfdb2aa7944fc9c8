/** Owns reading a file of networks: what each is by its number, in front of the table that is built in. */

import { FileProblems } from '../plain-files/file-problem.ts'
import { readCsv } from '../plain-files/read-csv.ts'
import { type KindOfNetwork, knownNetworks, NETWORK_KINDS, type NetworkKind } from './detector/networks.ts'

const COLUMNS = ['asn', 'kind'] as const
const [ASN, KIND] = [0, 1] as const
/** Takes a network out of the table that is built in. */
const ORDINARY = 'ordinary'
const KINDS = [...NETWORK_KINDS, ORDINARY] as const
const MOST_ASN = 2 ** 32 - 1

/** @throws {FileProblem} naming every line that is not right. */
export async function readNetworks(path: string): Promise<KindOfNetwork> {
  const named = new Map<number, NetworkKind | undefined>()
  const problems = new FileProblems()
  await readCsv({ path, columns: COLUMNS, problems }, (row) => {
    const text = row.text(ASN)
    const asn = Number(text)
    const kind = KINDS.find((each) => each === row.text(KIND))
    if (!/^\d+$/.test(text) || asn < 1 || asn > MOST_ASN)
      return problems.add(row.problem(`\`asn\` is no number of a network: ${JSON.stringify(text)}`))
    if (kind === undefined)
      return problems.add(row.problem(`\`kind\` is none of ${KINDS.join(', ')}: ${JSON.stringify(row.text(KIND))}`))
    if (named.has(asn)) return problems.add(row.problem(`network ${asn} stands twice`))
    named.set(asn, kind === ORDINARY ? undefined : kind)
  })
  problems.throwAny()
  return (asn) => (asn !== undefined && named.has(asn) ? named.get(asn) : knownNetworks(asn))
}
