/** Owns what a Prometheus beside a start is to ask: for each job of prometheus.yaml a file of where its programs listen, of those that were started. */

import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inDataFolder } from '../stack/folders.ts'
import type { PartName } from '../stack/part.ts'
import { HOST, type PortName, type Ports } from '../stack/ports.ts'

export const SCRAPED: Readonly<Record<string, Partial<Record<PartName, PortName>>>> = {
  'segue-gateway': { gateway: 'gateway', 'gateway-2': 'gateway2' },
  'segue-workers': { workers: 'workers' },
  'segue-edge': { nginx: 'nginxInner' },
}

export const targetsFile = (dataDir: string, job: string): string => join(inDataFolder.scrape(dataDir), `${job}.json`)

export async function writeScrapeTargets(dataDir: string, parts: readonly PartName[], ports: Ports): Promise<void> {
  await mkdir(inDataFolder.scrape(dataDir), { recursive: true, mode: 0o700 })
  for (const [job, programs] of Object.entries(SCRAPED)) {
    const there = Object.entries(programs).filter(([name]) => parts.some((part) => part === name))
    const targets = there.map(([, port]) => `${HOST}:${ports[port]}`)
    await writeFile(targetsFile(dataDir, job), `${JSON.stringify([{ targets }])}\n`)
  }
}

/** Nothing of it is to be asked any more: its alerts then say that it is gone. */
export async function forgetScrapeTargets(dataDir: string): Promise<void> {
  await rm(inDataFolder.scrape(dataDir), { recursive: true, force: true })
}
