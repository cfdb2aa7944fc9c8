/** Owns the table of memory: how much each part may take where all of them run on one machine, and what holds it to that. */

import type { PartName } from './part.ts'

export interface MemoryShare {
  /** What it should never need more than: its heap, and all that is beside a heap. */
  readonly limitMb: number
  /** The setting that holds it to that. */
  readonly by: string
  /** What that setting is given. */
  readonly toldMb?: number
}

export const MEMORY = {
  postgres: { limitMb: 1_024, by: 'shared_buffers', toldMb: 128 },
  redis: { limitMb: 1_024, by: 'maxmemory', toldMb: 768 },
  kafka: { limitMb: 1_024, by: '-Xmx', toldMb: 512 },
  clickhouse: { limitMb: 4_096, by: 'max_memory_usage_for_user', toldMb: 3_072 },
  minio: { limitMb: 1_024, by: 'GOMEMLIMIT', toldMb: 768 },
  issuer: { limitMb: 384, by: '--max-old-space-size', toldMb: 256 },
  keycloak: { limitMb: 1_024, by: '-Xmx', toldMb: 512 },
  opensearch: { limitMb: 1_280, by: '-Xmx', toldMb: 512 },
  debezium: { limitMb: 640, by: '-Xmx', toldMb: 256 },
  gateway: { limitMb: 1_280, by: '--max-old-space-size', toldMb: 1_024 },
  'gateway-2': { limitMb: 1_280, by: '--max-old-space-size', toldMb: 1_024 },
  workers: { limitMb: 2_048, by: '--max-old-space-size', toldMb: 1_536 },
  nginx: { limitMb: 384, by: 'two workers' },
  superset: { limitMb: 1_024, by: 'one worker of 8 threads' },
  airflow: { limitMb: 2_048, by: 'two tasks at a time' },
} as const satisfies Readonly<Record<PartName, MemoryShare>>

/** Of the machine that all of it is meant for. */
export const MACHINE_MB = 24 * 1_024

const figure = (mb: number) => mb.toLocaleString('en')

/** In a few words: what it may take. */
export const memoryText = (name: PartName): string => `up to ${figure(MEMORY[name].limitMb)} MB`

/** The setting, with what it is given. */
export function heldBy(name: PartName): string {
  const { by, toldMb }: MemoryShare = MEMORY[name]
  return toldMb === undefined ? by : `${by} ${figure(toldMb)} MB`
}

/** A line a part, and the sum: for a terminal. */
export function memoryTable(titles: Readonly<Record<PartName, string>>): string {
  const names = Object.keys(MEMORY) as PartName[]
  const width = Math.max(...names.map((name) => titles[name].length))
  const row = (title: string, mb: number, by: string) => `  ${title.padEnd(width)}  ${figure(mb).padStart(6)} MB  ${by}`
  const sum = names.reduce((all, name) => all + MEMORY[name].limitMb, 0)
  return [
    ...names.map((name) => row(titles[name], MEMORY[name].limitMb, heldBy(name)).trimEnd()),
    row('All', sum, `of a machine of ${figure(MACHINE_MB)} MB`),
  ].join('\n')
}

/** Of a program of Node. */
export const heapFlag = (name: 'issuer' | 'gateway' | 'gateway-2' | 'workers'): string =>
  `--max-old-space-size=${MEMORY[name].toldMb}`
