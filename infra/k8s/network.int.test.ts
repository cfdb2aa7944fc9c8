/** Owns the tests of who finds and reaches whom in Kubernetes, as far as the manifests say it: names, policies, and ports for machines alone. */

import { beforeAll, expect, test } from 'vitest'
import { type Manifest, type PodTemplate, productionManifests } from './testing/manifests.ts'

/** Who asks at the addresses that maps may hold. What only players are told is asked by nobody. */
const ASKED_BY: Readonly<Record<string, readonly ('gateway' | 'worker' | 'job')[]>> = {
  SEGUE_KAFKA_BROKERS: ['gateway', 'worker', 'job'],
  SEGUE_OPENSEARCH_URL: ['gateway', 'worker', 'job'],
  SEGUE_MINIO_URL: ['gateway', 'job'],
  SEGUE_TRACES_URL: ['gateway', 'worker'],
  SEGUE_JWKS_URL: ['gateway'],
  SEGUE_BACKUP_STORE_URL: ['job'],
  SEGUE_KEYCLOAK_ACCOUNTS_URL: ['job'],
  SEGUE_MINIO_PUBLIC_URL: [],
  SEGUE_ISSUER_URL: [],
}
/** Addresses that only those ask who have what lets them in. */
const LET_IN_BY: Readonly<Record<string, string>> = {
  SEGUE_BACKUP_STORE_URL: 'SEGUE_BACKUP_STORE_SECRET_KEY',
  SEGUE_KEYCLOAK_ACCOUNTS_URL: 'SEGUE_KEYCLOAK_SERVICES_SECRET',
}
const USUAL_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 }

interface Policy {
  readonly metadata: { readonly name: string }
  readonly spec: {
    readonly podSelector: { readonly matchLabels?: Readonly<Record<string, string>> }
    readonly egress?: readonly {
      readonly to: readonly {
        readonly namespaceSelector?: { readonly matchLabels: Readonly<Record<string, string>> }
      }[]
      readonly ports: readonly { readonly port: number | string }[]
    }[]
  }
}
interface Service {
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly spec: {
    readonly type?: string
    readonly selector: Readonly<Record<string, string>>
    readonly ports: readonly { readonly port: number; readonly targetPort: string }[]
  }
}
interface Pod extends PodTemplate {
  readonly name: string
}

let manifests: readonly Manifest[]
beforeAll(async () => {
  manifests = await productionManifests()
})

const as = <T>(kind: string) => manifests.filter((each) => each.kind === kind) as unknown as readonly T[]

function pods(): readonly Pod[] {
  const jobs = as<{ metadata: { name: string }; spec: { jobTemplate: { spec: { template: PodTemplate } } } }>('CronJob')
  return [
    ...as<Manifest>('Deployment').map(({ metadata, spec }) => ({ name: metadata.name, ...spec.template })),
    ...jobs.map(({ metadata, spec }) => ({ name: metadata.name, ...spec.jobTemplate.spec.template })),
  ]
}

const selects = (labels: Readonly<Record<string, string>>, { metadata }: Pod) =>
  Object.entries(labels).every(([name, value]) => metadata.labels[name] === value)

const componentOf = ({ name, metadata }: Pod) => metadata.labels['app.kubernetes.io/component'] ?? name

/** Host and port of each address in a setting; none in what is no address. */
function addressesIn(name: string, value: string): readonly (readonly [string, number])[] {
  if (name === 'SEGUE_KAFKA_BROKERS')
    return value.split(',').map((broker) => [broker.split(':')[0] ?? '', Number(broker.split(':')[1])] as const)
  if (!URL.canParse(value) || !/^https?:/.test(value)) return []
  const { hostname, port, protocol } = new URL(value)
  return [[hostname, port === '' ? (USUAL_PORTS[protocol] ?? 0) : Number(port)]]
}

function mayReach(pod: Pod, host: string, port: number): boolean {
  const [, namespace] = host.split('.')
  return as<Policy>('NetworkPolicy')
    .filter(({ spec }) => selects(spec.podSelector.matchLabels ?? {}, pod))
    .flatMap(({ spec }) => spec.egress ?? [])
    .some(
      ({ to, ports }) =>
        ports.some((each) => each.port === port) &&
        to.some(({ namespaceSelector }) => namespaceSelector?.matchLabels['kubernetes.io/metadata.name'] === namespace),
    )
}

test('each address in a map is one that a policy lets those who ask there reach', () => {
  const settings = as<{ data?: Record<string, string> }>('ConfigMap').flatMap(({ data = {} }) => Object.entries(data))
  const addresses = settings.filter(([name, value]) => addressesIn(name, value).length > 0)
  expect(addresses.length).toBeGreaterThan(5)
  for (const [name, value] of addresses) {
    const asking = ASKED_BY[name]
    if (asking === undefined) throw new Error(`${name} is an address: say who asks there`)
    for (const component of asking) {
      const own = pods().filter((pod) => componentOf(pod) === component)
      const key = LET_IN_BY[name]
      const needing = key === undefined ? own : own.filter((pod) => has(pod, key))
      expect(needing, component).not.toEqual([])
      for (const pod of needing)
        for (const [host, port] of addressesIn(name, value))
          expect(mayReach(pod, host, port), `${pod.name} reaches ${host}:${port} of ${name}`).toBe(true)
    }
  }
})

test('whoever has no key of the backups does not reach them', () => {
  for (const pod of pods())
    expect(mayReach(pod, 'minio.segue-backups', 9000), pod.name).toBe(has(pod, 'SEGUE_BACKUP_STORE_SECRET_KEY'))
})

function has({ spec }: Pod, variable: string): boolean {
  const variables = [...(spec.initContainers ?? []), ...spec.containers].flatMap(({ env = [] }) => env)
  return variables.some(({ name }) => name === variable)
}

test('a name that NGINX asks for itself is whole, and that of a service: it knows no search list', () => {
  const edges = pods().flatMap(({ spec }) => spec.containers.filter(({ name }) => name === 'nginx'))
  const maps = as<{ data?: Record<string, string> }>('ConfigMap').flatMap(({ data = {} }) => Object.values(data))
  const own = edges.flatMap(({ env = [] }) => env.flatMap(({ value = '' }) => value))
  const asked = [...maps, ...own].flatMap((text) => [...text.matchAll(/server (\S+?):(\d+) [^;]*\bresolve\b/g)])
  expect(asked).toHaveLength(1)
  const services = as<Service>('Service')
  const [edge] = as<Manifest>('Deployment').filter(({ metadata }) => metadata.name === 'edge')
  for (const [, name = '', port] of asked) {
    // Filled in by the kubelet, from the pod itself.
    const whole = name.replace('$(NAMESPACE)', edge?.metadata.namespace ?? '')
    const service = services.find(
      ({ metadata }) => `${metadata.name}.${metadata.namespace}.svc.cluster.local` === whole,
    )
    expect(
      service?.spec.ports.map((each) => each.port),
      whole,
    ).toEqual([Number(port)])
  }
  expect(edges[0]?.env).toContainEqual({
    name: 'NAMESPACE',
    valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } },
  })
})

test('who is reached from outside is asked how it is at a port that nobody outside reaches', () => {
  const outer = as<Service>('Service').filter(({ spec }) => spec.type !== undefined)
  expect(outer.map(({ metadata }) => metadata.name)).toEqual(['edge'])
  for (const { spec } of outer)
    for (const pod of pods().filter((each) => selects(spec.selector, each)))
      for (const container of pod.spec.containers)
        for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe'] as const)
          expect(container, probe).toHaveProperty(
            `${probe}.httpGet.port`,
            expect.not.stringMatching(new RegExp(`^(?:${spec.ports.map(({ targetPort }) => targetPort).join('|')})$`)),
          )
})
