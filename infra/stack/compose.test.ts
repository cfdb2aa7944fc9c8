/** Owns the test that docker-compose.yml starts the same servers as the native start: ports, versions, settings. */

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { airflowServer } from '../airflow/server.ts'
import { ENGINE_VERSION } from '../clickhouse/server.ts'
import { connectorSettings } from '../debezium/connector-settings.ts'
import { debeziumServer } from '../debezium/server.ts'
import { brokerSettings } from '../kafka/server.ts'
import { brokerLogins, javaClient } from '../kafka/sign-in.ts'
import { loginVariables } from '../kafka/users.ts'
import { keycloakServer } from '../keycloak/server.ts'
import { minioServer } from '../minio/server.ts'
import { EDGE_ADDRESS } from '../nginx/server.ts'
import { edgeVariables, USUAL_LIMITS } from '../nginx/settings.ts'
import { opensearchServer } from '../opensearch/server.ts'
import { postgresServer } from '../postgres/server.ts'
import { redisServer } from '../redis/server.ts'
import { Secret } from '../runtime/secret.ts'
import { supersetServer } from '../superset/server.ts'
import { PROJECT_ROOT } from './folders.ts'
import { MEMORY } from './memory.ts'
import type { StartContext } from './part.ts'
import { HOST, PORT_TABLE, portsFrom } from './ports.ts'
import { ensureSecrets } from './secrets.ts'
import { EXTRA_NAMES, PARTS, SERVER_NAMES } from './servers.ts'

interface Service {
  readonly image: string
  readonly ports?: readonly string[]
  readonly network_mode?: string
  readonly environment?: Readonly<Record<string, string | number>>
  readonly command?: readonly string[]
  readonly build?: { readonly context: string; readonly dockerfile_inline: string }
  readonly volumes?: readonly string[]
  readonly mem_limit?: string
}

const read = (path: string) => readFile(join(PROJECT_ROOT, path), 'utf8')
const text = await read('docker-compose.yml')
const { services, configs } = parse(text) as {
  services: Readonly<Record<string, Service>>
  configs: Readonly<Record<string, { readonly content: string }>>
}
const usual = portsFrom({})
const requirements = await read('infra/superset/requirements.txt')
const versionOf = (name: string) => new RegExp(`^${name}==(\\S+)`, 'm').exec(requirements)?.[1]

const folder = await mkdtemp(join(tmpdir(), 'segue-compose-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

/** A native start in this folder, on the usual ports. */
async function placed(): Promise<StartContext> {
  const secrets = await ensureSecrets(join(folder, 'secrets.json'))
  return { host: HOST, ports: usual, folder, cacheDir: folder, secrets, env: {} }
}

describe('docker-compose.yml', () => {
  test('publishes to this machine alone, and where the native start listens', () => {
    const published = Object.entries(services).flatMap(([name, { ports = [] }]) => ports.map((port) => [name, port]))
    expect(published).not.toEqual([])
    for (const [name = '', port = ''] of published) {
      const wanted = PORT_TABLE[name as keyof typeof PORT_TABLE].usual
      expect(port, name).toMatch(new RegExp(`^${HOST.replaceAll('.', '\\.')}:${wanted}:\\d+$`))
    }
  })

  test.each([
    ['postgres', 'postgres:'],
    ['redis', 'redis:'],
    ['kafka', 'apache/kafka:'],
    ['superset', 'segue-superset:'],
    ['airflow', 'segue-airflow:'],
    ['keycloak', 'quay.io/keycloak/keycloak:'],
    ['opensearch', 'opensearchproject/opensearch:'],
    ['debezium', 'quay.io/debezium/connect:'],
    ['nginx', 'nginx:'],
  ] as const)('has %s of the version of the native start', async (name, image) => {
    expect(services[name]?.image).toBe(`${image}${await PARTS[name].version()}`)
  })

  test('has ClickHouse of the version of the engine in the native start', () => {
    expect(services.clickhouse?.image).toBe(`clickhouse/clickhouse-server:${ENGINE_VERSION}`)
  })

  test('gives every server as much memory as the table does', () => {
    const names = Object.keys(services) as (keyof typeof MEMORY)[]
    for (const name of names) expect(services[name]?.mem_limit, name).toBe(`${MEMORY[name].limitMb}m`)
  })

  test('gives Redis and MinIO the settings of the native start', async () => {
    const context = await placed()
    await redisServer.prepare(context)
    const own = await readFile(join(context.folder, 'redis.conf'), 'utf8')
    const given = services.redis?.command?.at(-1) ?? ''
    for (const line of own.trim().split('\n')) {
      const [name = '', value = ''] = line.replaceAll('"', '').split(' ')
      // Where it listens, where its data lies, and that it stays in the foreground.
      if (/^(?:bind|port|dir|daemonize)$/.test(name)) continue
      expect(given, name).toContain(name === 'requirepass' ? 'requirepass "%s"\\n' : `${name} ${value}\\n`)
    }
    const { env } = await minioServer.launch(context)
    for (const name of ['MINIO_BROWSER', 'GOMEMLIMIT'])
      expect(services.minio?.environment?.[name], name).toBe(env[name])
  })

  test('has every server of the native start but the issuer, which is part of the project', () => {
    const native = [...SERVER_NAMES, ...EXTRA_NAMES].filter((name) => name !== 'issuer')
    expect(Object.keys(services).sort()).toEqual(native.sort())
  })

  test('pins every image to a version', () => {
    for (const [name, { image }] of Object.entries(services)) expect(image, name).toMatch(/:(?:RELEASE\.)?v?\d[\w.-]+$/)
  })

  test('gives PostgreSQL the settings of the native start', async () => {
    const { args } = await postgresServer.launch(await placed())
    const ofAPlace = /^(?:listen_addresses|port|unix_socket_directories)=/
    const settings = (words: readonly string[]) =>
      words.filter((word, at) => words[at - 1] === '-c' && !ofAPlace.test(word)).sort()
    expect(settings(services.postgres?.command ?? [])).toEqual(settings(args))
  })

  test('gives Kafka the settings of the native start', async () => {
    const given = services.kafka?.environment ?? {}
    // Where it listens, and by which name it finds itself, is of the place.
    const ofAPlace = /listener|log\.dirs|controller\.quorum/
    for (const [name, value] of Object.entries(brokerSettings(await placed()))) {
      if (ofAPlace.test(name)) continue
      const variable = `KAFKA_${name.toUpperCase().replaceAll('.', '_')}`
      expect(String(given[variable]), variable).toBe(String(value))
    }
    expect(given.KAFKA_HEAP_OPTS).toBe(`-Xmx${MEMORY.kafka.toldMb}m`)
  })

  test('lets everybody into Kafka who is let in by the native start, by a password of his own, at every door', () => {
    const given = services.kafka?.environment ?? {}
    const logins = String(given.KAFKA_LISTENER_NAME_CLIENTS_PLAIN_SASL_JAAS_CONFIG)
    // A variable that was said to be needed need not be so again.
    const native = brokerLogins((user) => `\${${loginVariables(user).password}}`)
    expect(logins.replaceAll(/\$\{(\w+):\?[^}]+\}/g, (_, name: string) => `\${${name}}`)).toBe(native)
    for (const door of ['HOST', 'CONTROLLER'])
      expect(given[`KAFKA_LISTENER_NAME_${door}_PLAIN_SASL_JAAS_CONFIG`]).toBe(logins)
    expect(String(given.KAFKA_LISTENER_SECURITY_PROTOCOL_MAP)).not.toContain(':PLAINTEXT')
  })

  test('says of each variable that it takes how to set it', () => {
    const [header = ''] = text.split('\nname: segue')
    for (const [, name = ''] of text.matchAll(/(?<!\$)\$\{(\w+)/g))
      if (name !== 'SEGUE_ISSUER_URL') expect(header, name).toContain(`${name}=`)
  })
})

describe('Superset in docker-compose.yml', () => {
  const superset = services.superset

  test('is made of the image of that version, with the drivers of the same lock file', async () => {
    const version = await PARTS.superset.version()
    expect(superset?.build?.context).toBe('infra/superset')
    const file = superset?.build?.dockerfile_inline ?? ''
    expect(file).toContain(`FROM apache/superset:${version}-py311\n`)
    const drivers = /\^\(([\w|-]+)\)==/.exec(file)?.[1]?.split('|') ?? []
    expect(drivers).toContain('clickhouse-connect')
    expect(drivers.filter((name) => versionOf(name) === undefined)).toEqual([])
  })

  test('has the settings of the native start, from the same files', async () => {
    const context: StartContext = {
      host: HOST,
      ports: usual,
      folder: '/app/superset_home',
      cacheDir: '/none',
      secrets: await ensureSecrets(join(folder, 'secrets.json')),
      env: {
        SEGUE_SUPERSET_URL: `http://${HOST}:${usual.superset}`,
        SEGUE_ISSUER_URL: '',
        SEGUE_SUPERSET_CLIENT_ID: 'segue-superset',
      },
    }
    const native = await supersetServer.launch(context)
    const own = Object.entries(native.env ?? {}).filter(([name]) => /^(?:SEGUE_|SUPERSET_|PYTHON|TZ$)/.test(name))
    const given = superset?.environment ?? {}
    expect(Object.keys(given).sort()).toEqual(own.map(([name]) => name).sort())
    // What is neither secret nor of a place.
    for (const name of [
      'PYTHONDONTWRITEBYTECODE',
      'TZ',
      'SUPERSET_HOME',
      'SEGUE_SUPERSET_URL',
      'SEGUE_SUPERSET_BIND',
      'SEGUE_SUPERSET_CLIENT_ID',
    ])
      expect(String(given[name]), name).toBe(native.env?.[name])
    expect(superset?.volumes).toContain('./infra/superset:/app/segue:ro')
    expect(superset?.command?.at(-1)).toBe(
      native.args?.at(-1)?.replace(join(PROJECT_ROOT, 'infra/superset'), '/app/segue'),
    )
    expect(given.SUPERSET_CONFIG_PATH).toBe('/app/segue/superset_config.py')
  })
})

describe('Keycloak in docker-compose.yml', () => {
  const keycloak = services.keycloak

  test('is natively of the version of its pom', async () => {
    const pom = await read('infra/keycloak/pom.xml')
    expect(/<version>(\d+\.\d+\.\d+)<\/version>\s*<type>/.exec(pom)?.[1]).toBe(await PARTS.keycloak.version())
  })

  test('has the options of the native start, and the same realm', async () => {
    const env = { SEGUE_AUDIENCE: 'segue-gateway', SEGUE_SUPERSET_CLIENT_ID: 'segue-superset' }
    const native = await keycloakServer.launch({
      host: HOST,
      ports: usual,
      folder: '/none',
      cacheDir: '/none',
      secrets: await ensureSecrets(join(folder, 'secrets.json')),
      env: { ...env, SEGUE_SUPERSET_URL: `http://${HOST}:${usual.superset}` },
    })
    // It builds itself when it starts.
    const built = (native.args ?? []).filter((word) => word !== '--optimized')
    const own = built.slice(built.indexOf('start'))
    expect(keycloak?.command?.filter((word) => !/^--(db|health-enabled)=/.test(word))).toEqual(own)
    const given = keycloak?.environment ?? {}
    const names = Object.keys(native.env ?? {}).filter((name) => /^(?:SEGUE_|KC_)/.test(name))
    expect(Object.keys(given).sort()).toEqual(['JAVA_OPTS_KC_HEAP', ...names].sort())
    for (const name of names) {
      if (/PASSWORD|SECRET/.test(name)) expect(given[name], name).toMatch(/^\$\{SEGUE_\w+:-\}$/)
      else expect(given[name], name).toBe(native.env?.[name])
    }
    expect(built).toEqual(expect.arrayContaining(String(given.JAVA_OPTS_KC_HEAP).split(' ')))
    expect(keycloak?.volumes).toContain('./infra/keycloak/realm.json:/opt/keycloak/data/import/segue-realm.json:ro')
  })
})

describe('Airflow in docker-compose.yml', () => {
  const airflow = services.airflow

  test('is made of the image of that version, with the Node that is needed', async () => {
    const version = await PARTS.airflow.version()
    expect(airflow?.build?.dockerfile_inline).toContain(`FROM apache/airflow:${version}-python3.11\n`)
    const { engines } = JSON.parse(await read('package.json')) as { engines: { node: string } }
    const [major] = /\d+/.exec(engines.node) ?? []
    expect(airflow?.build?.dockerfile_inline).toContain(`FROM node:${major}.`)
  })

  test('has the settings of the native start, from the same files', async () => {
    const native = await airflowServer.launch({
      host: HOST,
      ports: usual,
      folder: '/airflow',
      cacheDir: '/airflow/cache',
      secrets: await ensureSecrets(join(folder, 'secrets.json')),
      env: {},
    })
    const own = Object.entries(native.env ?? {}).filter(([name]) => /^(?:SEGUE_|AIRFLOW|PYTHON|TZ$)/.test(name))
    const given = airflow?.environment ?? {}
    expect(Object.keys(given).sort()).toEqual(own.map(([name]) => name).sort())
    const same = own.filter(([name]) => !/SECRET|FERNET|DATA_DIR/.test(name))
    for (const [name, value] of same) expect(String(given[name]), name).toBe(value?.replace(PROJECT_ROOT, '/segue'))
    expect(airflow?.volumes).toContain('.:/segue:ro')
  })
})

describe('search in docker-compose.yml', () => {
  // As a file of properties has it, in which Compose takes a dollar for two.
  const properties = (content = '') =>
    Object.fromEntries(
      content
        .trim()
        .split('\n')
        .map((line) => {
          const at = line.indexOf('=')
          return [
            line.slice(0, at),
            line
              .slice(at + 1)
              .replaceAll('\\\\', '\\')
              .replaceAll('$$', '$'),
          ]
        }),
    )

  test('has Debezium sign in to Kafka as the native start does', () => {
    const connect = properties(configs.debezium_connect?.content)
    const login = { mechanism: 'plain', user: 'segue-capture', password: new Secret('x'), variable: '' } as const
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Connect replaces it.
    const native = javaClient({ login }, { password: '${env:SEGUE_CAPTURE_KAFKA_PASSWORD}', key: '' })
    for (const [name, value] of Object.entries(native))
      expect(connect).toMatchObject({ [name]: value, [`producer.${name}`]: value })
  })

  test('captures what the native start captures', async () => {
    const native = connectorSettings({ SEGUE_POSTGRES_CAPTURE_URL: 'postgres://segue_capture:x@postgres/segue' })
    const given = properties(configs.debezium_connector?.content)
    expect(given).toEqual(Object.fromEntries(Object.entries(native).map(([name, value]) => [name, String(value)])))
    const { env = {} } = await debeziumServer.launch({
      host: HOST,
      ports: usual,
      folder,
      cacheDir: folder,
      secrets: await ensureSecrets(join(folder, 'secrets.json')),
      env: {
        SEGUE_POSTGRES_CAPTURE_URL: 'postgres://segue_capture:x@postgres/segue',
        SEGUE_KAFKA_BROKERS: 'kafka:9092',
        SEGUE_KAFKA_CAPTURE_PASSWORD: 'x',
      },
    })
    const names = Object.keys(services.debezium?.environment ?? {}).filter((name) => name.startsWith('SEGUE_'))
    expect(names).toEqual(Object.keys(env).filter((name) => name.startsWith('SEGUE_')))
  })

  test('has OpenSearch with as much memory', async () => {
    const { args } = await opensearchServer.launch({
      host: HOST,
      ports: usual,
      folder,
      cacheDir: folder,
      secrets: await ensureSecrets(join(folder, 'secrets.json')),
      env: {},
    })
    expect(services.opensearch?.environment?.OPENSEARCH_JAVA_OPTS).toBe(args.slice(0, 2).join(' '))
  })
})

test('NGINX in docker-compose.yml has the file and the settings of the native start', () => {
  const { environment = {}, volumes, network_mode } = services.nginx ?? {}
  expect(network_mode).toBe('host')
  expect(volumes).toContain('./infra/nginx/nginx.conf.template:/etc/nginx/templates/nginx.conf.template:ro')
  const native = edgeVariables({
    listen: `${HOST}:${usual.nginx}`,
    innerListen: `${HOST}:${usual.nginxInner}`,
    gateways: [`${HOST}:${usual.gateway}`],
    folder: '/tmp',
    certificate: '/run/secrets/nginx_certificate',
    key: '/run/secrets/nginx_key',
    bind: EDGE_ADDRESS,
    limits: USUAL_LIMITS,
  })
  expect(Object.fromEntries(Object.entries(environment).filter(([name]) => name.startsWith('SEGUE_')))).toEqual(native)
})
