/** Owns the audit of every package that the project pins: a hole that is high, critical or unrated and not accepted fails; so does not knowing, if it is asked to. */

import { parseArgs } from 'node:util'
import { readEnv } from '../runtime/env.ts'
import { ACCEPTED } from './advisories/accepted.ts'
import { auditPins, type Finding, holesOpen } from './advisories/audit-pins.ts'
import { createOsv } from './advisories/osv.ts'
import { readPins } from './advisories/pins.ts'

const FOUND = 1
const NOT_KNOWN = 2

const { values } = parseArgs({ options: { 'must-know': { type: 'boolean', default: false } } })
const { url, withinMs } = readEnv(process.env, (read) => ({
  url: read.url('SEGUE_OSV_URL', ['http', 'https'], 'https://api.osv.dev'),
  withinMs: read.integer('SEGUE_OSV_WITHIN_MS', { min: 100, max: 600_000, fallback: 30_000 }),
}))

const report = await auditPins(await readPins(), createOsv({ url, withinMs }), {
  accepted: ACCEPTED,
  today: new Date().toISOString().slice(0, 10),
})
const open = holesOpen(report)
const unknown = report.ecosystems.filter((one) => one.unknown !== undefined)

for (const finding of report.findings) (finding.accepted === undefined ? console.error : console.log)(lineOf(finding))
for (const { id, package: name } of report.needless)
  console.warn(`${id} of ${name} is accepted and found no more: take it out of accepted.ts`)
for (const { ecosystem, packages, unknown: why } of report.ecosystems) {
  if (why === undefined) console.log(`${ecosystem}: ${packages} packages were asked about`)
  else console.warn(`${ecosystem}: NOT CHECKED, ${packages} packages: OSV cannot be asked: ${why}`)
}
if (unknown.length > 0)
  console.warn('this says nothing of those packages: run npm run audit -- --must-know where OSV is reached')
if (unknown.length === 0 && open.length === 0)
  console.log('no known hole is high, critical or unrated and not accepted')

if (open.length > 0) process.exitCode = FOUND
else if (unknown.length > 0 && values['must-know']) process.exitCode = NOT_KNOWN

function lineOf({ pin, ids, severity, summary, mendedBy, accepted, expired }: Finding): string {
  const { ecosystem, name, version } = pin
  const mended = mendedBy.length === 0 ? 'not mended yet' : `mended by ${mendedBy.join(', ')}`
  const until =
    accepted !== undefined
      ? `; accepted until ${accepted.until}: ${accepted.why}`
      : expired !== undefined
        ? `; was accepted until ${expired.until}, which is over`
        : ''
  return `${ecosystem} ${name} ${version}: ${severity}: ${summary} (${ids.join(', ')}); ${mended}${until}`
}
