/** Owns the test of what the alert rules do, as Prometheus reckons: fired by what is wrong, by what is no more there, and by nothing else. */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { cacheFolder } from '../stack/folders.ts'
import { runPromtool } from './promtool.ts'

const cacheDir = cacheFolder(process.env)
const FILES = ['alerts.yaml', 'alerts.test.yaml', 'prometheus.yaml'] as const
const folder = await mkdtemp(join(tmpdir(), 'segue-alerts-'))
afterAll(() => rm(folder, { recursive: true, force: true }))
for (const name of FILES) await writeFile(join(folder, name), await readFile(join(import.meta.dirname, name)))

test('rules and configuration are what Prometheus reads', async () => {
  expect(await runPromtool(cacheDir, folder, 'check', 'config', 'prometheus.yaml')).toContain('SUCCESS')
})

test('the alerts fire as alerts.test.yaml says, series by series', async () => {
  expect(await runPromtool(cacheDir, folder, 'test', 'rules', 'alerts.test.yaml')).toContain('SUCCESS')
})

test('a rule that does not look for absence fails it', async () => {
  const whole = await readFile(join(folder, 'alerts.yaml'), 'utf8')
  for (const absence of [' or absent(up{job="segue-gateway"})', ' or absent(segue_partitions_ahead_months)']) {
    await writeFile(join(folder, 'alerts.yaml'), whole.replace(absence, ''))
    await expect(runPromtool(cacheDir, folder, 'test', 'rules', 'alerts.test.yaml'), absence).rejects.toThrow('FAILED')
  }
  await writeFile(join(folder, 'alerts.yaml'), whole)
})
