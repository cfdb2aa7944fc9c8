/** Owns the tests of the jobs in Kubernetes: how each runs, when, and that its command gets the secrets that it asks for and no other. */

import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { JOBS as TASKS } from '../jobs/jobs.ts'
import { bundleOf } from '../stack/bundled-program.ts'
import {
  type Container,
  type Manifest,
  type PodTemplate,
  productionManifests,
  settingsOf,
} from './testing/manifests.ts'

interface CronJob {
  readonly metadata: { readonly name: string }
  readonly spec: {
    readonly schedule: string
    readonly suspend?: boolean
    readonly jobTemplate: {
      readonly spec: {
        readonly activeDeadlineSeconds: number
        readonly backoffLimit: number
        readonly template: PodTemplate
      }
    }
  }
}

let manifests: readonly Manifest[]
let jobs: readonly CronJob[]
/** The program as an image has it: one file, and no package beside it. */
let program: string
let folder: string
/** A place where a backup was begun. */
let backups: string

beforeAll(async () => {
  manifests = await productionManifests()
  jobs = manifests.filter(({ kind }) => kind === 'CronJob') as unknown as readonly CronJob[]
  folder = await mkdtemp(join(tmpdir(), 'segue-commands-'))
  backups = join(folder, 'backups')
  await mkdir(backups)
  await writeFile(join(backups, 'begun'), '')
  program = join(folder, 'commands.mjs')
  await copyFile(await bundleOf('infra/cli/commands/main.ts'), program)
})
afterAll(async () => await rm(folder, { recursive: true, force: true }))

const podOf = ({ spec }: CronJob) => spec.jobTemplate.spec.template
const containersOf = (job: CronJob) => [...(podOf(job).spec.initContainers ?? []), ...podOf(job).spec.containers]
const secretsOf = ({ env = [] }: Container) =>
  env.flatMap(({ name, valueFrom }) => (valueFrom === undefined ? [] : name))

async function segue(args: readonly string[], env: Readonly<Record<string, string | undefined>>) {
  const options = { cwd: folder, env: { PATH: process.env.PATH, ...env }, timeout: 60_000 }
  return await promisify(execFile)(process.execPath, [program, ...args], options).then(
    ({ stdout, stderr }) => ({ code: 0, said: stdout + stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, said: stdout + stderr }),
  )
}

describe('every job', () => {
  test('runs once at a time, to its end or its deadline, and does not begin long after its time', () => {
    expect(jobs.map(({ metadata }) => metadata.name).sort()).toEqual(
      ['audit-chain', 'backups', 'erasures', 'master-keys', 'retention', 'schemas'].sort(),
    )
    for (const { metadata, spec } of jobs) {
      expect(spec, metadata.name).toMatchObject({
        concurrencyPolicy: 'Forbid',
        timeZone: 'Etc/UTC',
        startingDeadlineSeconds: 3_600,
      })
      expect(spec.jobTemplate.spec.activeDeadlineSeconds, metadata.name).toBeGreaterThan(0)
      expect(spec.jobTemplate.spec.template.spec, metadata.name).toMatchObject({ restartPolicy: 'Never' })
    }
  })

  test('is no root, writes nothing, is of a pinned image and says what it needs', () => {
    for (const job of jobs) {
      const { spec, metadata } = podOf(job)
      expect(metadata.labels).toMatchObject({
        'app.kubernetes.io/component': 'job',
        'app.kubernetes.io/name': job.metadata.name,
      })
      expect(spec).toMatchObject({ automountServiceAccountToken: false, serviceAccountName: 'jobs' })
      expect(spec.securityContext).toEqual({
        runAsNonRoot: true,
        runAsUser: 1_000,
        runAsGroup: 1_000,
        seccompProfile: { type: 'RuntimeDefault' },
      })
      for (const { image, resources, securityContext } of containersOf(job)) {
        expect(image).toMatch(/\/segue-commands:\d[\w.-]*$/)
        expect(Object.keys(resources.requests)).toEqual(['cpu', 'memory'])
        expect(resources.limits.memory).toMatch(/Gi$/)
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        })
      }
    }
  })

  test('that a clock calls is called when Airflow would', async () => {
    const dags = join(import.meta.dirname, '..', 'airflow', 'dags')
    const called = jobs.filter(({ spec }) => spec.suspend !== true)
    expect(jobs.filter((job) => !called.includes(job)).map(({ metadata }) => metadata.name)).toEqual(['schemas'])
    const files = await readdir(dags)
    for (const { metadata, spec } of called) {
      const file = `${metadata.name.replaceAll('-', '_')}.py`
      expect(files).toContain(file)
      expect(await readFile(join(dags, file), 'utf8'), metadata.name).toContain(`schedule="${spec.schedule}"`)
    }
  })
})

/** All that a command says is not set, answered with something of that form until it asks for nothing more. */
async function askedFor(container: Container): Promise<readonly string[]> {
  const asked = new Set<string>()
  // Where backups go has to be there before it asks on: the second time, it is.
  for (const place of [{ SEGUE_BACKUP_STORE_URL: 'http://127.0.0.1:9' }, { SEGUE_BACKUP_TO: backups }]) {
    const env: Record<string, string> = { ...settingsOf(container, manifests), ...place }
    for (let missing = ['']; missing.length > 0; ) {
      const { said } = await segue(container.args ?? [], env)
      expect(said).not.toMatch(/error: /)
      missing = [...said.matchAll(/ {2}- (\w+) is not set/g)].map(([, name = '']) => name)
      for (const name of missing) {
        asked.add(name)
        env[name] = somethingFor(name)
      }
    }
  }
  return [...asked].sort()
}

function somethingFor(name: string): string {
  if (name.includes('POSTGRES')) return 'postgres://127.0.0.1:9/nowhere'
  if (name.includes('REDIS')) return 'redis://127.0.0.1:9'
  if (name.endsWith('_URL')) return 'http://127.0.0.1:9/nowhere'
  return name.endsWith('_KEYS') ? `first=${'x'.repeat(32)}` : 'something'
}

describe('the command of a job', () => {
  test('has the secrets that it asks for and no other, named as the settings that they are for', async () => {
    const containers = jobs.filter(({ metadata }) => metadata.name !== 'schemas').flatMap(containersOf)
    const asked = await Promise.all(containers.map(askedFor))
    for (const [at, container] of containers.entries()) {
      expect(asked[at], container.args?.join(' ')).toEqual(secretsOf(container).sort())
      for (const { name, valueFrom } of (container.env ?? []).filter(({ value }) => value === undefined))
        expect(valueFrom?.secretKeyRef).toMatchObject({
          name: 'segue-commands',
          key: name.replace('SEGUE_', '').toLowerCase().replaceAll('_', '-'),
        })
    }
  }, 300_000)

  test('notes when it ran, as the task of Airflow in whose place it is', () => {
    for (const job of jobs.filter(({ metadata }) => metadata.name !== 'schemas'))
      for (const { args = [], env = [] } of containersOf(job)) {
        const name = env.find((variable) => variable.name === 'SEGUE_JOB')?.value ?? ''
        expect(Object.keys(TASKS), args.join(' ')).toContain(name)
        expect(name.split('.')[0], args.join(' ')).toBe(job.metadata.name.replaceAll('-', '_'))
      }
  })

  test('that makes schemas has an administrator’s, and is alone in that', () => {
    const has = (job: CronJob) =>
      containersOf(job).some(({ envFrom = [] }) => envFrom.some(({ secretRef }) => secretRef?.name === 'segue-schemas'))
    expect(jobs.filter(has).map(({ metadata }) => metadata.name)).toEqual(['schemas'])
  })

  test('is one that the image has, and does its work on servers that are there', async () => {
    // With the passwords that the README asks for: of who reads no topic there, none.
    const { SEGUE_KAFKA_CAPTURE_PASSWORD: _, SEGUE_KAFKA_FINANCE_PASSWORD: __, ...env } = inject('stackEnv')
    expect(await segue(['schemas'], env)).toEqual({
      code: 0,
      said: 'postgres: up to date\nclickhouse: up to date\nkafka: up to date\nminio: up to date\n',
    })
    expect(await segue(['schemas', 'minio'], env)).toEqual({ code: 0, said: 'minio: up to date\n' })
    expect(await segue(['schemas', 'redis'], env)).toEqual({
      code: 1,
      said: 'segue: redis: only postgres, clickhouse, kafka, minio have schemas\n',
    })
    expect(await segue(['keys', 'rewrap', '--dry-run'], env)).toMatchObject({ code: 0 })
  }, 120_000)
})
