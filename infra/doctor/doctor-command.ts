/** Owns `segue doctor`: what of the configured systems is reached, at which version, and what to do about the rest. */

import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from 'commander'
import { certificatesIn } from '../nginx/certificates.ts'
import { dataFolder } from '../stack/folders.ts'
import { examine, type Finding } from './examine.ts'

const MARKS = { well: '✓', ill: '✗', off: '–' } as const

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('say of each configured system whether it is reached, at which version, and what to do if it is not')
    .option('--json', 'for programs')
    .addHelpText('after', '\nEnds with 1 when something that is needed is not well.')
    .action(async ({ json }: { readonly json?: true }) => {
      const findings = await examine({ ...(await ownAuthority()), ...stringsOf(process.env) })
      console.log(json ? JSON.stringify(findings, null, 2) : findingsText(findings))
      if (findings.some(({ state }) => state === 'ill')) process.exitCode = 1
    })
}

/** That of the edge of this data folder, which the system does not know. */
async function ownAuthority(): Promise<Record<string, string>> {
  const { authority } = certificatesIn(join(dataFolder(process.env), 'nginx', 'tls'))
  const there = await access(authority).then(
    () => true,
    () => false,
  )
  return there ? { SEGUE_NGINX_AUTHORITY: authority } : {}
}

function stringsOf(source: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(source).flatMap(([name, value]) => (value ? [[name, value]] : [])))
}

/** A line a system; what to do below those that need it. */
export function findingsText(findings: readonly Finding[]): string {
  const widest = (pick: (finding: Finding) => string) => Math.max(...findings.map((finding) => pick(finding).length))
  const [titles, addresses] = [widest(({ title }) => title), widest(({ address }) => address)]
  return findings
    .flatMap(({ title, address, state, found, todo }) => [
      `${MARKS[state]} ${title.padEnd(titles)}  ${address.padEnd(addresses)}  ${found}`,
      ...(todo === '' ? [] : [`  ${' '.repeat(titles)}  → ${todo}`]),
    ])
    .join('\n')
}
