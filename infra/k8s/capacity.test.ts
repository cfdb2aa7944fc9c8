/** Owns the test that what is deployed has the size that was measured: manifests and documents against the table of capacity. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { capacityOf } from '../../load-tests/capacity/capacity.ts'
import { MEASURED } from '../../load-tests/capacity/inputs.ts'
import { PROJECT_ROOT } from '../stack/folders.ts'

interface Autoscaler {
  readonly spec: {
    readonly maxReplicas: number
    readonly metrics: readonly {
      readonly pods?: { readonly metric: { readonly name: string }; readonly target: { readonly averageValue: string } }
    }[]
  }
}

const read = (path: string) => readFile(join(PROJECT_ROOT, path), 'utf8')
const words = (value: number) => value.toLocaleString('en')

async function scaled(name: string) {
  const documents = parseAllDocuments(await read(`infra/k8s/base/${name}.yaml`)).map((document) => document.toJS())
  const { spec } = documents.find(({ kind }) => kind === 'HorizontalPodAutoscaler') as Autoscaler
  const target = spec.metrics.flatMap(({ pods }) => pods ?? [])[0]
  return { documents, most: spec.maxReplicas, each: Number(target?.target.averageValue), by: target?.metric.name }
}

const gateways = await scaled('gateway')
const edges = await scaled('edge')
const { configMapGenerator } = parse(await read('infra/k8s/base/kustomization.yaml')) as {
  configMapGenerator: { name: string; literals: string[] }[]
}
const ofTheEdge = Object.fromEntries(
  (configMapGenerator.find(({ name }) => name === 'segue-edge')?.literals ?? []).map((line) => line.split('=')),
) as Record<string, string>
const inHand = Number(ofTheEdge.SEGUE_NGINX_REQUESTS_IN_HAND)

const { listenersOfAGateway } = capacityOf(1, MEASURED)
/** What takes all of a core: beyond it every listener waits. */
const FILLS_A_CORE = Math.floor(1e6 / MEASURED.listenUs)
const maxSockets = Number(
  gateways.documents
    .flatMap(({ kind, spec }) => (kind === 'Deployment' ? spec.template.spec.containers : []))
    .flatMap(({ env }) => env)
    .find(({ name }) => name === 'SEGUE_MAX_SOCKETS')?.value,
)

test('another gateway is started when each has the listeners of the ordinary hour, and none takes more than fill its core', () => {
  expect(gateways.by).toBe('segue_gateway_sockets')
  expect(gateways.each).toBe(listenersOfAGateway)
  expect(maxSockets).toBe(FILLS_A_CORE)
})

test('edges have room for what all gateways take, though one of them is lost', () => {
  expect((edges.most - 1) * inHand).toBeGreaterThanOrEqual(gateways.most * maxSockets)
  expect(edges.by).toBe('segue_edge_connections')
  expect(edges.each).toBe(inHand / 2)
  expect(edges.most * edges.each).toBeGreaterThanOrEqual(gateways.most * gateways.each)
})

test('a worker of the edge has a descriptor for both ends of all that is in hand, and as many for who only connects', () => {
  expect(Number(ofTheEdge.SEGUE_NGINX_FILES_OF_A_WORKER)).toBeGreaterThanOrEqual(4 * inHand)
})

test.each([
  ['infra/k8s/README.md', [listenersOfAGateway, FILLS_A_CORE, inHand, edges.each, gateways.most * listenersOfAGateway]],
  ['infra/observability/RUNBOOK.md', [listenersOfAGateway]],
  ['infra/observability/dashboards/listeners.json', [listenersOfAGateway]],
])('%s says the same figures', async (path, figures) => {
  const text = await read(path)
  for (const figure of figures) expect(text, words(figure)).toContain(words(figure))
})
