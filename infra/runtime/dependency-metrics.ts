/** Owns how dependencies are told to Prometheus: the same figures for every process, under its own prefix. */

import { Counter, Gauge, type Registry } from 'prom-client'
import type { Dependency } from './dependency.ts'

/** @param prefix `segue_gateway`, `segue_worker` */
export function registerDependencies(registry: Registry, prefix: string, dependencies: readonly Dependency[]): void {
  const registers = [registry]
  new Gauge({
    name: `${prefix}_dependency_up`,
    help: '1: the server answers, 0: it does not; no sample until that is known',
    labelNames: ['dependency'] as const,
    registers,
    collect() {
      for (const dependency of dependencies) {
        const { state } = dependency.state()
        if (state !== 'unknown') this.set({ dependency: dependency.name }, state === 'up' ? 1 : 0)
      }
    },
  })
  new Counter({
    name: `${prefix}_dependency_failures_total`,
    help: 'calls and probes that failed, by server and class of error',
    labelNames: ['dependency', 'error'] as const,
    registers,
    collect() {
      this.reset()
      for (const { name, failures } of dependencies) {
        for (const [error, count] of failures) this.inc({ dependency: name, error }, count)
      }
    },
  })
  new Counter({
    name: `${prefix}_dependency_down_seconds_total`,
    help: 'time without the server',
    labelNames: ['dependency'] as const,
    registers,
    collect() {
      this.reset()
      for (const dependency of dependencies) {
        this.inc({ dependency: dependency.name }, dependency.totalDownMs() / 1000)
      }
    },
  })
}
