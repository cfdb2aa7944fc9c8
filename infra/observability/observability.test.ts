/** Owns the test that what is watched is what is told: the table of metrics, alerts and dashboards, against the code's own registries, and what the edge's configuration says. */

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parser } from '@prometheus-io/lezer-promql'
import type { Registry } from 'prom-client'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { createMetrics } from '../../gateway/metrics.ts'
import { createWorkerMetrics } from '../../workers/metrics.ts'
import { registerDependencies } from '../runtime/dependency-metrics.ts'
import { dataFolder } from '../stack/folders.ts'
import { PORT_TABLE, portsFrom } from '../stack/ports.ts'
import { forgetScrapeTargets, SCRAPED, targetsFile, writeScrapeTargets } from './scrape-targets.ts'

interface Metric {
  readonly name: string
  readonly type: string
  readonly labels: readonly string[]
  readonly help: string
}
interface Rule {
  readonly alert?: string
  readonly record?: string
  readonly expr: string
  readonly for?: string
  readonly labels?: { readonly severity?: string }
  readonly annotations?: Readonly<Record<string, string>>
}

const here = (name: string) => join(import.meta.dirname, name)
const text = (name: string) => readFile(here(name), 'utf8')

const gateway = createMetrics(() => ({
  sockets: 0,
  mostSockets: 0,
  backlogBytes: 0,
  unsaved: { sessions: 0, streams: 0 },
})).registry
registerDependencies(gateway, 'segue_gateway', [])
const workers = createWorkerMetrics().registry
registerDependencies(workers, 'segue_worker', [])

async function metricsOf(registry: Registry): Promise<readonly Metric[]> {
  const told = await registry.getMetricsAsJSON()
  return told.map(({ name, type, help }) => {
    const { labelNames = [] } = registry.getSingleMetric(name) as unknown as { labelNames?: readonly string[] }
    return { name, type: String(type), labels: labelNames, help }
  })
}

/** NGINX has no registry: what it says is written out in its configuration. */
async function metricsOfTheEdge(): Promise<readonly Metric[]> {
  const template = await readFile(here('../nginx/nginx.conf.template'), 'utf8')
  const told = template.matchAll(/# HELP (\w+) (.+?)\\n# TYPE \1 (\w+)\\n\1 \$/g)
  return [...told].map(([, name = '', help = '', type = '']) => ({ name, type, labels: [], help }))
}

const metrics = {
  gateway: await metricsOf(gateway),
  workers: await metricsOf(workers),
  edge: await metricsOfTheEdge(),
}
const own = (list: readonly Metric[]) => list.filter(({ name }) => name.startsWith('segue_'))

const { groups } = parse(await text('alerts.yaml')) as { groups: readonly { name: string; rules: readonly Rule[] }[] }
const rules = groups.flatMap((group) => group.rules)
const alerts = rules.flatMap((rule) => (rule.alert === undefined ? [] : [{ ...rule, alert: rule.alert }]))

/** Series by name, with the labels that each has beside those of the scrape. */
const series = new Map<string, readonly string[]>([['up', []]])
for (const { name, type, labels } of [...metrics.gateway, ...metrics.workers, ...metrics.edge]) {
  if (type !== 'histogram') series.set(name, labels)
  else
    for (const [end, more] of [
      ['_bucket', ['le']],
      ['_sum', []],
      ['_count', []],
    ] as const)
      series.set(`${name}${end}`, [...labels, ...more])
}
for (const { record } of rules)
  if (record !== undefined)
    series.set(
      record,
      [...record.matchAll(/worker/g)].slice(0, 1).map(([label]) => label),
    )
const OF_THE_SCRAPE = ['job', 'instance']

/** What is wrong with a query, in a few words each. */
function faults(expr: string): string[] {
  const found: string[] = []
  const known = new Set(OF_THE_SCRAPE)
  const asked: string[] = []
  let selected = ''
  parser.parse(expr).iterate({
    enter({ name, type, from, to, node }) {
      const word = expr.slice(from, to)
      if (type.isError) found.push(`is no PromQL at ${from}`)
      if (name === 'Identifier' && node.parent?.name === 'VectorSelector') {
        selected = word
        if (!series.has(word)) found.push(`nobody tells ${word}`)
        for (const label of series.get(word) ?? []) known.add(label)
      }
      if (name !== 'LabelName') return
      if (node.parent?.name === 'GroupingLabels') asked.push(word)
      else if (![...(series.get(selected) ?? []), ...OF_THE_SCRAPE].includes(word))
        found.push(`${selected} has no ${word}`)
    },
  })
  return [...found, ...asked.filter((label) => !known.has(label)).map((label) => `none of it has ${label}`)]
}

test('METRICS.md is the table of what gateways and workers tell (vitest -u writes it anew)', async () => {
  const rows = (list: readonly Metric[]) =>
    own(list).map(({ name, type, labels, help }) => {
      const by = alerts.filter(({ expr }) => directly(expr).has(name)).map(({ alert }) => alert)
      return `| \`${name}\` | ${type} | ${labels.join(', ')} | ${help.replaceAll('|', '\\|')} | ${by.join(', ')} |`
    })
  const head = ['| name | type | labels | meaning | alert |', '|---|---|---|---|---|']
  const page = [
    '# Metrics',
    '',
    'Made from the code: names and labels are an interface, and renaming one is a breaking change. Beside these, each process of ours tells those of `prom-client` about itself (`process_…`, `nodejs_…`). What to do about an alert stands in [RUNBOOK.md](RUNBOOK.md).',
    '',
    '## Of a gateway, at `/metrics` of its port',
    '',
    ...head,
    ...rows(metrics.gateway),
    '',
    '## Of the workers, at `/metrics` of their port',
    '',
    ...head,
    ...rows(metrics.workers),
    '',
    '## Of the edge, at `/metrics` of its inner door',
    '',
    ...head,
    ...rows(metrics.edge),
    '',
  ]
  await expect(page.join('\n')).toMatchFileSnapshot(here('METRICS.md'))
})

/** The metrics that an expression reads, through recorded ones too. */
function directly(expr: string): ReadonlySet<string> {
  const names = new Set<string>()
  for (const [word] of expr.matchAll(/[a-z_:0-9]+/g)) {
    const recorded = rules.find(({ record }) => record === word)
    if (recorded !== undefined) for (const name of directly(recorded.expr)) names.add(name)
    names.add(word.replace(/_(?:bucket|sum|count)$/, ''))
  }
  return names
}

test('every metric says what it means, and one name means one thing', () => {
  const all = [...own(metrics.gateway), ...own(metrics.workers), ...own(metrics.edge)]
  for (const { name, help } of all) expect(help.length, name).toBeGreaterThan(8)
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
  for (const { name, type } of all) expect(name.endsWith('_total'), name).toBe(type === 'counter')
})

describe('alerts', () => {
  test('ask what is told, in PromQL', () => {
    expect(rules.length).toBeGreaterThan(15)
    for (const { alert, record, expr } of rules) expect(faults(expr), alert ?? record).toEqual([])
  })

  test('a query that nobody answers is found', () => {
    expect(faults('rate(segue_gateway_socket[5m])')).toEqual(['nobody tells segue_gateway_socket'])
    expect(faults('sum by (reson) (segue_gateway_turned_away_total)')).toEqual(['none of it has reson'])
    expect(faults('segue_gateway_turned_away_total{cause="x"}')).toEqual([
      'segue_gateway_turned_away_total has no cause',
    ])
    expect(faults('sum(rate(segue_gateway_sockets[5m])')).not.toEqual([])
  })

  test('each says whom it wakes, what is wrong, and which section of the runbook helps; each section is asked for', async () => {
    const sections = [...(await text('RUNBOOK.md')).matchAll(/^## (.+)$/gm)].map(([, title = '']) => anchor(title))
    for (const { alert, labels, annotations = {}, for: wait } of alerts) {
      expect(labels?.severity, alert).toMatch(/^(?:page|ticket)$/)
      expect(annotations.summary, alert).toMatch(/\w/)
      expect(annotations.description, alert).toMatch(/\w/)
      expect(sections, alert).toContain(annotations.runbook?.replace('RUNBOOK.md#', ''))
      if (wait !== undefined) expect(wait, alert).toMatch(/^\d+[smh]$/)
    }
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length)
    const asked = alerts.map(({ annotations }) => annotations?.runbook?.replace('RUNBOOK.md#', ''))
    const jobs = join(import.meta.dirname, '..', 'airflow', 'dags')
    for (const job of (await readdir(jobs)).filter((name) => name.endsWith('.py'))) {
      const named = [...(await readFile(join(jobs, job), 'utf8')).matchAll(/RUNBOOK\.md#([a-z-]+)/g)].map(
        ([, section]) => section,
      )
      for (const section of named) expect(sections, job).toContain(section)
      asked.push(...named)
    }
    // What somebody means to do, and nothing calls for.
    const meant = ['a-certificate-or-the-edges-configuration-changes']
    expect(sections.filter((section) => !asked.includes(section))).toEqual(meant)
  })

  test('of too little of something are of nothing of it as well', () => {
    // A program tells none until it knows; one that is gone is told of by itself. An edge need not be.
    const otherwise = ['ServerAway', 'EdgeGone']
    for (const { alert, expr } of alerts) {
      if (otherwise.includes(alert) || !/(?:<|==) *\d/.test(expr)) continue
      const [series] = /\w+(?:\{[^}]*\})?(?=\)? *(?:<|==))/.exec(expr) ?? []
      expect(expr, alert).toContain(`or absent(${series})`)
    }
  })

  test('are read by a Prometheus that asks the programs that a start has, where they listen', async () => {
    const config = parse(await text('prometheus.yaml')) as {
      rule_files: string[]
      scrape_configs: { job_name: string; file_sd_configs: { files: string[] }[] }[]
    }
    expect(config.rule_files).toEqual(['alerts.yaml'])
    const read = config.scrape_configs.map(({ job_name, file_sd_configs }) => [
      job_name,
      ...file_sd_configs.flatMap(({ files }) => files.map(here)),
    ])
    expect(read).toEqual(Object.keys(SCRAPED).map((job) => [job, targetsFile(dataFolder({}), job)]))
    const named = rules.flatMap(({ expr }) => [...expr.matchAll(/job="([^"]+)"/g)].map(([, job]) => job))
    for (const job of named) expect(Object.keys(SCRAPED)).toContain(job)
  })

  test('are of one gateway where there is one, of two where there are two, and of none when the start has ended', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'segue-scrape-'))
    const ports = portsFrom({})
    const targets = async () =>
      (JSON.parse(await readFile(targetsFile(folder, 'segue-gateway'), 'utf8')) as { targets: string[] }[]).flatMap(
        (each) => each.targets,
      )
    await writeScrapeTargets(folder, ['gateway', 'workers'], ports)
    expect(await targets()).toEqual([`127.0.0.1:${PORT_TABLE.gateway.usual}`])
    await writeScrapeTargets(folder, ['gateway', 'gateway-2', 'workers'], ports)
    expect(await targets()).toEqual([PORT_TABLE.gateway, PORT_TABLE.gateway2].map(({ usual }) => `127.0.0.1:${usual}`))
    await forgetScrapeTargets(folder)
    await expect(targets()).rejects.toThrow('ENOENT')
    await rm(folder, { recursive: true })
  })
})

const anchor = (title: string) =>
  title
    .toLowerCase()
    .replaceAll(/[^\w ]/g, '')
    .replaceAll(' ', '-')

describe('dashboards', async () => {
  interface Panel {
    readonly id: number
    readonly title: string
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
    readonly datasource: { readonly uid: string }
    readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[]
  }
  const names = await readdir(here('dashboards'))
  test.each(names)('%s asks what is told, and no panel lies on another', async (name) => {
    const { panels, uid, title } = JSON.parse(await text(join('dashboards', name))) as {
      panels: readonly Panel[]
      uid: string
      title: string
    }
    expect(uid).toBe(`segue-${name.replace('.json', '')}`)
    expect(title).toMatch(/^Segue: /)
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    for (const panel of panels) {
      expect(panel.datasource.uid, panel.title).toBe(`\${datasource}`)
      expect(
        panel.targets.flatMap(({ expr }) => faults(expr)),
        panel.title,
      ).toEqual([])
      const { x, y, w, h } = panel.gridPos
      expect(x + w, panel.title).toBeLessThanOrEqual(24)
      const others = panels.filter(
        ({ id, gridPos: at }) => id !== panel.id && at.x < x + w && x < at.x + at.w && at.y < y + h && y < at.y + at.h,
      )
      expect(others, panel.title).toEqual([])
    }
  })
})

test('the figures that Kubernetes scales by are told', async () => {
  const adapter = parse(await readFile(here('../k8s/prometheus-adapter.yaml'), 'utf8')) as {
    rules: Record<'custom' | 'external', { name: { matches: string } }[]>
  }
  const scaled = [...adapter.rules.custom, ...adapter.rules.external].map(({ name }) => name.matches)
  for (const name of scaled) expect(series.has(name), name).toBe(true)
  const files = (await readdir(here('../k8s/base'), { recursive: true })).filter((path) => path.endsWith('.yaml'))
  const manifests = (await Promise.all(files.map((path) => readFile(here(`../k8s/base/${path}`), 'utf8')))).join()
  const asked = [...manifests.matchAll(/metric: \{ name: (\w+)/g)].map(([, name]) => name)
  expect([...new Set(asked)].sort()).toEqual(scaled.sort())
})
