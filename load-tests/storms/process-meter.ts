/** Owns what processes use of the machine while something runs: processor time and memory, read from /proc. */

import { readFile } from 'node:fs/promises'

export interface Usage {
  /** Of one processor. */
  readonly cpuPercent: number
  readonly peakRssBytes: number
  /** What it had used by when, from the begin of the metering: on a crowded machine this says more than the time that passed. */
  readonly seconds: readonly { readonly atMs: number; readonly seconds: number }[]
}

export type ProcessNames = Readonly<Record<string, readonly number[]>>

export interface Meter {
  stop(): Promise<Readonly<Record<string, Usage>>>
}

const SAMPLE_MS = 100
/** Ticks a second in /proc: a constant of the kernel's interface. */
const TICKS = 100
const PAGE_BYTES = 4_096

/** @param processes who is there now, by name; asked at each sample, since one may be killed and another started. */
export function startMeter(processes: () => ProcessNames): Meter {
  const beganMs = performance.now()
  const first = new Map<number, number>()
  const latest = new Map<number, { readonly name: string; readonly seconds: number }>()
  const peaks = new Map<string, number>()
  const series = new Map<string, { atMs: number; seconds: number }[]>()
  let sampling: Promise<void> | undefined
  let count = 0

  /** Of those that are gone too. */
  const usedSo = (name: string): number => {
    let seconds = 0
    for (const [pid, used] of latest) if (used.name === name) seconds += used.seconds - (first.get(pid) ?? 0)
    return seconds
  }
  const sample = async () => {
    for (const [name, pids] of Object.entries(processes())) {
      let rssBytes = 0
      for (const pid of pids) {
        const used = await usedBy(pid)
        if (used === undefined) continue
        // One that came later is counted from its beginning.
        if (!first.has(pid)) first.set(pid, count === 0 ? used.seconds : 0)
        latest.set(pid, { name, seconds: used.seconds })
        rssBytes += used.rssBytes
      }
      peaks.set(name, Math.max(peaks.get(name) ?? 0, rssBytes))
      const points = series.get(name) ?? []
      points.push({ atMs: performance.timeOrigin + performance.now(), seconds: usedSo(name) })
      series.set(name, points)
    }
    count += 1
  }
  const next = () => {
    sampling ??= sample().finally(() => {
      sampling = undefined
    })
    return sampling
  }
  void next()
  const timer = setInterval(() => void next(), SAMPLE_MS)

  return {
    async stop() {
      clearInterval(timer)
      await next()
      const elapsedS = (performance.now() - beganMs) / 1000
      const entries = [...peaks].map(([name, peakRssBytes]) => {
        const cpuPercent = (100 * usedSo(name)) / elapsedS
        return [name, { cpuPercent, peakRssBytes, seconds: series.get(name) ?? [] }] as const
      })
      return Object.fromEntries(entries)
    },
  }
}

async function usedBy(pid: number): Promise<{ seconds: number; rssBytes: number } | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  // The name in brackets may hold spaces and brackets: the fields are counted after the last one.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (fields === undefined) return undefined
  return { seconds: (Number(fields[11]) + Number(fields[12])) / TICKS, rssBytes: Number(fields[21]) * PAGE_BYTES }
}
