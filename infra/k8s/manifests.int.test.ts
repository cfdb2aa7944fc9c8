/** Owns the tests of the manifests, as kustomize builds them: by the schemas of Kubernetes, and by what is asked of every pod. */

import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { edgeVariables, USUAL_LIMITS } from '../nginx/settings.ts'
import { bundleOf } from '../stack/bundled-program.ts'
import { cacheFolder, PROJECT_ROOT } from '../stack/folders.ts'
import {
  type Container,
  type Manifest,
  type PodTemplate,
  productionManifests,
  settingsOf,
} from './testing/manifests.ts'
import { readSchema } from './tools.ts'

const run = promisify(execFile)
const cacheDir = cacheFolder(process.env)

interface CronJob extends Pick<Manifest, 'metadata'> {
  readonly spec: { readonly jobTemplate: { readonly spec: { readonly template: PodTemplate } } }
}

let manifests: readonly Manifest[]
let folder: string
const ofKind = (kind: string) => manifests.filter((manifest) => manifest.kind === kind)
const secretsOf = ({ env = [] }: Container) =>
  env.flatMap(({ name, valueFrom }) => {
    if (valueFrom?.secretKeyRef === undefined) return []
    const { name: secret, key } = valueFrom.secretKeyRef
    return [{ name, secret, key }]
  })
const containers = () => ofKind('Deployment').flatMap(({ spec }) => spec.template.spec.containers)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'segue-manifests-'))
  manifests = await productionManifests()
})
afterAll(async () => await rm(folder, { recursive: true, force: true }))

test('every manifest is what Kubernetes says that one is, without a field that it does not know', async () => {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false })
  ajv.addSchema(await readSchema(cacheDir, '_definitions.json'))
  const compiled = new Map<string, ValidateFunction>()
  expect(manifests.length).toBeGreaterThan(20)
  for (const manifest of manifests) {
    const [group = '', version] = manifest.apiVersion.split('/')
    const words = version === undefined ? [group] : [group.split('.')[0], version]
    const name = `${[manifest.kind.toLowerCase(), ...words].join('-')}.json`
    const validate = compiled.get(name) ?? ajv.compile(await readSchema(cacheDir, name))
    compiled.set(name, validate)
    expect(validate(manifest) || validate.errors, `${manifest.kind} ${manifest.metadata.name}`).toBe(true)
    expect(validate({ ...manifest, unknown: 1 }), 'the schema takes anything').toBe(false)
  }
})

describe('every pod', () => {
  test('is no root, writes nothing, and may do nothing more than a program', () => {
    for (const { spec, metadata } of ofKind('Deployment')) {
      const pod = spec.template.spec
      expect(pod.securityContext, metadata.name).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      })
      expect(pod.securityContext.runAsUser, metadata.name).toBeGreaterThan(0)
      expect(pod.automountServiceAccountToken, metadata.name).toBe(false)
      for (const container of pod.containers)
        expect(container.securityContext, container.name).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        })
    }
  })

  test('is of a pinned image, says what it needs, and is asked how it is at a port that it has', () => {
    for (const container of containers()) {
      expect(container.image, container.name).toMatch(/:\d[\w.-]*$/)
      expect(Object.keys(container.resources.requests), container.name).toEqual(['cpu', 'memory'])
      expect(container.resources.limits.memory, container.name).toMatch(/Gi$/)
      const ports = container.ports.map(({ name }) => name)
      for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe'] as const)
        expect(container, `${container.name} ${probe}`).toHaveProperty(
          `${probe}.httpGet.port`,
          expect.toSatisfy((port: string) => ports.includes(port)),
        )
    }
  })

  test('is selected by its own deployment, budget and policy alone', () => {
    const deployments = ofKind('Deployment')
    const selects = (labels: Readonly<Record<string, string>>) =>
      deployments
        .filter(({ spec }) => {
          const own = spec.template.metadata.labels
          return Object.entries(labels).every(([name, value]) => own[name] === value)
        })
        .map(({ metadata }) => metadata.name)
    for (const { spec, metadata } of [...deployments, ...ofKind('PodDisruptionBudget')])
      expect(selects(spec.selector.matchLabels)).toEqual([metadata.name])
    expect(ofKind('PodDisruptionBudget')).toHaveLength(deployments.length)
    for (const { spec } of ofKind('HorizontalPodAutoscaler')) {
      const target = deployments.find(({ metadata }) => metadata.name === spec.scaleTargetRef?.name)
      // A number of its own would set back what the autoscaler did, at each apply.
      expect(target?.spec).not.toHaveProperty('replicas')
    }
  })
})

test('secrets come from outside: none is here, and no variable of one is in a map', () => {
  expect(ofKind('Secret')).toEqual([])
  const maps = ofKind('ConfigMap').flatMap(({ data = {} }) => Object.keys(data))
  expect(maps.filter((name) => /SECRET|PASSWORD|ACCESS_KEY|POSTGRES|REDIS|CLICKHOUSE/.test(name))).toEqual([])
})

test('who signs the certificates of brokers is known to whoever speaks to Kafka, where its settings say, and to nobody else', () => {
  const { data = {} } = ofKind('ConfigMap').find(({ metadata }) => /^segue-\w+$/.test(metadata.name)) ?? {}
  expect(data.SEGUE_KAFKA_TLS).toBe('on')
  const jobs = manifests.filter(({ kind }) => kind === 'CronJob') as unknown as readonly CronJob[]
  for (const { metadata, template } of [
    ...ofKind('Deployment').map(({ metadata, spec }) => ({ metadata, template: spec.template })),
    ...jobs.map(({ metadata, spec }) => ({ metadata, template: spec.jobTemplate.spec.template })),
  ]) {
    const { containers: [container] = [], volumes = [] } = template.spec
    // What makes topics has the password of an administrator among all that it is given.
    const isToldAll = container?.envFrom?.some(({ secretRef }) => secretRef?.name === 'segue-schemas') === true
    const speaks = container !== undefined && (isToldAll || secretsOf(container).some(({ key }) => /^kafka-/.test(key)))
    const named = volumes.flatMap(({ name, secret }) => (secret?.secretName === 'segue-kafka-tls' ? [name] : []))
    expect([metadata.name, named.length]).toEqual([metadata.name, speaks ? 1 : 0])
    const mounts = container?.volumeMounts?.filter(({ name }) => named.includes(name)) ?? []
    for (const { mountPath } of mounts) expect(data.SEGUE_KAFKA_TLS_CA).toBe(`${mountPath}/ca.crt`)
    expect(mounts).toHaveLength(named.length)
  }
})

/** What a program says, one that cannot run among that. */
async function saidBy(file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const words = [await bundleOf(file), ...args]
  return await run(process.execPath, words, { cwd: folder, env, timeout: 60_000 }).then(
    ({ stdout }) => stdout,
    (error: { stdout: string }) => error.stdout,
  )
}

/** What the program says is missing when it gets the maps and plain values of its container, and no secret. */
async function complaints(file: string, container: Container, args = container.args ?? []): Promise<string[]> {
  const output = await saidBy(file, args, settingsOf(container, manifests))
  return [...new Set([...output.matchAll(/ {2}- (.+?)(?=\\n|")/g)].map(([, line = '']) => line))]
}

describe('the configuration of a pod', () => {
  for (const [kind, file] of [
    ['gateway', 'gateway/main.ts'],
    ['workers', 'workers/main.ts'],
  ] as const)
    test(`of the ${kind}, as one file, is all that the program asks for: only secrets are missing, and it has each of those and no other`, async () => {
      const some = containers().filter(({ name }) => name === kind)
      expect(some).not.toEqual([])
      for (const container of some) {
        const secrets = secretsOf(container).map(({ name }) => `${name} is not set`)
        expect((await complaints(file, container)).sort(), container.args?.join()).toEqual(secrets.sort())
      }
    })

  test('of each worker is a pod of its own, whose secrets are named as the settings that they are for', async () => {
    const [, names = ''] = /choose from ([\w, ]+)/.exec(await saidBy('workers/main.ts', ['nobody'], {})) ?? []
    const workers = ofKind('Deployment').filter(({ spec }) => spec.template.spec.containers[0]?.name === 'workers')
    const runs = workers.map(({ metadata, spec }) => [metadata.name, spec.template.spec.containers[0]?.args])
    expect(runs.sort()).toEqual(
      names
        .split(', ')
        .map((name) => [name, [name]])
        .sort(),
    )
    for (const { spec } of workers)
      for (const { name, secret, key } of spec.template.spec.containers.flatMap(secretsOf)) {
        expect(secret).toBe('segue-workers')
        expect(key).toBe(name.replace('SEGUE_', '').toLowerCase().replaceAll('_', '-'))
      }
  })

  test('of the edge is every setting of the template, with the limits of the native start but for how many it takes', () => {
    const data = ofKind('ConfigMap').find(({ metadata }) => metadata.name.startsWith('segue-edge-'))?.data ?? {}
    const { env = [] } = containers().find(({ name }) => name === 'nginx') ?? {}
    const { value: gateways = '' } = env.find(({ name }) => name === 'SEGUE_NGINX_GATEWAYS') ?? {}
    const native = edgeVariables({
      listen: '8443',
      innerListen: '8081',
      gateways: ['gateway.$(NAMESPACE).svc.cluster.local:18080 resolve'],
      folder: '/tmp',
      certificate: '/etc/segue-tls/tls.crt',
      key: '/etc/segue-tls/tls.key',
      bind: '',
      limits: USUAL_LIMITS,
    })
    const { SEGUE_NGINX_RESOLVER: _, SEGUE_NGINX_FILES_OF_A_WORKER, SEGUE_NGINX_REQUESTS_IN_HAND, ...same } = native
    const all = { ...data, SEGUE_NGINX_GATEWAYS: gateways }
    expect(all).toMatchObject(same)
    expect(Object.keys(all).sort()).toEqual(Object.keys(native).sort())
    for (const [name, least] of Object.entries({ SEGUE_NGINX_FILES_OF_A_WORKER, SEGUE_NGINX_REQUESTS_IN_HAND }))
      expect(Number(data[name]), name).toBeGreaterThan(Number(least))
  })
})

test('the folder of the project is named nowhere', () => {
  expect(JSON.stringify(manifests)).not.toContain(PROJECT_ROOT)
})
