/** Owns the test that all that is pinned is found where it stands, each kind of file read as it is written. */

import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { PROJECT_ROOT } from '../../stack/folders.ts'
import { npmPins, pomPins, readPins } from './pins.ts'
import { quarkusJar } from './quarkus-jar.ts'

const read = (path: string) => readFile(join(PROJECT_ROOT, path), 'utf8')
const listed = (...patterns: string[]) =>
  execFileSync('git', ['ls-files', ...patterns], { cwd: PROJECT_ROOT, encoding: 'utf8' })
    .trim()
    .split('\n')
const pins = await readPins()

test.each([
  ['npm', 'msgpackr'],
  // Under its own name.
  ['npm', 'uws-pack'],
  ['PyPI', 'apache-airflow'],
  ['PyPI', 'apache-superset'],
  ['Maven', 'org.apache.kafka:kafka_2.13'],
  ['Maven', 'org.apache.kafka:kafka-clients'],
  ['Maven', 'io.debezium:debezium-connector-postgres'],
  ['Maven', 'org.keycloak:keycloak-services'],
  ['Maven', 'org.opensearch:opensearch'],
  ['Maven', 'jakarta.el:jakarta.el-api'],
  ['Go', 'github.com/minio/minio'],
  ['Go', 'sigs.k8s.io/kustomize/kustomize/v5'],
  ['Go', 'go.k6.io/k6/v2'],
  ['Go', 'github.com/centrifugal/centrifugo/v6'],
])('of %s, %s is asked about', (ecosystem, name) => {
  const own = pins.filter((pin) => pin.ecosystem === ecosystem && pin.name === name)
  expect(own.length).toBeGreaterThan(0)
  for (const { version } of own) expect(version).toMatch(/^\d/)
})

test('no package is asked about twice, and each has a version', () => {
  expect(new Set(pins.map((pin) => JSON.stringify(pin))).size).toBe(pins.length)
  expect(pins.filter(({ name, version }) => name === '' || name.includes(' ') || !/^\d/.test(version))).toEqual([])
})

test('what a pom names is in the list of its jars, in that version', async () => {
  for (const pom of listed('*pom.xml')) {
    const jars = await read(join(dirname(pom), 'jars.txt'))
    // The archive of Keycloak is none itself.
    const own = pomPins(await read(pom)).filter(({ name }) => !/maven-dependency-plugin|quarkus-dist/.test(name))
    for (const { name, version } of own) expect(jars.split('\n'), pom).toContain(`${name}:${version}`)
  }
})

test('what Go compiles is in the list of its modules, in that version', async () => {
  const programs = listed('*.ts').filter((path) => !path.endsWith('.test.ts'))
  let seen = 0
  for (const path of programs) {
    const source = await read(path)
    const [, name, version] = /goProgram\(\{.*? package: '([^']+)',\n {2}version: (\S+),\n/s.exec(source) ?? []
    if (name === undefined || version === undefined) continue
    seen += 1
    const literal = version.startsWith("'") ? version : new RegExp(`^const ${version} = (.+)$`, 'm').exec(source)?.[1]
    const modules = await read(join(dirname(path), 'modules.txt'))
    expect(modules.split('\n'), path).toContain(`${name} ${literal?.replaceAll("'", '')}`)
  }
  expect(seen).toBe(4)
})

test('a package that is here under another name, or twice, is read as it is called', () => {
  const packages = {
    '': { version: '0.1.0' },
    'node_modules/a': { version: '1.0.0' },
    'node_modules/b/node_modules/@s/a': { version: '2.0.0' },
    'node_modules/c': { name: 'other', version: '3.0.0' },
    'node_modules/linked': {},
  }
  expect(npmPins(JSON.stringify({ packages }))).toEqual([
    { ecosystem: 'npm', name: 'a', version: '1.0.0' },
    { ecosystem: 'npm', name: '@s/a', version: '2.0.0' },
    { ecosystem: 'npm', name: 'other', version: '3.0.0' },
  ])
})

test.each([
  ['io.quarkus.quarkus-core-3.33.3.1.jar', 'io.quarkus:quarkus-core:3.33.3.1'],
  ['com.google.guava.guava-33.4.0-jre.jar', 'com.google.guava:guava:33.4.0-jre'],
  ['org.apache.logging.log4j.log4j-1.2-api-2.25.0.jar', 'org.apache.logging.log4j:log4j-1.2-api:2.25.0'],
  ['commons-codec.commons-codec-1.21.0.jar', 'commons-codec:commons-codec:1.21.0'],
  [
    'org.wildfly.common.wildfly-common-1.5.4.Final-format-001.jar',
    'org.wildfly.common:wildfly-common:1.5.4.Final-format-001',
  ],
  ['jakarta.el.jakarta.el-api-6.0.1.jar', 'jakarta.el:jakarta.el-api:6.0.1'],
  ['quarkus-run.jar', undefined],
  ['bcprov-jdk18on-1.84.jar', undefined],
])('%s is %s', (file, artifact) => {
  expect(quarkusJar(file)).toBe(artifact)
})
