/** Owns the test that the devcontainer has what README, package.json and the programs that are compiled here ask for. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PROJECT_ROOT } from '../stack/folders.ts'
import { PORT_TABLE } from '../stack/ports.ts'

const read = (path: string) => readFile(join(PROJECT_ROOT, path), 'utf8')
const dockerfile = await read('.devcontainer/Dockerfile')
const container = JSON.parse(await read('.devcontainer/devcontainer.json'))
const readme = await read('README.md')
/** The sentence of README, its versions by name. */
const asked =
  /Debian (?<debian>\d+) with Node (?<node>[\d.]+) or later, Java (?<java>\d+) with Maven, Go and Python (?<python>[\d.]+)/.exec(
    readme,
  )?.groups

/** The Debian releases that images are called by. */
const RELEASES: Readonly<Record<string, string>> = { '12': 'bookworm', '13': 'trixie' }

function isAtLeast(version: string | undefined, least: string): boolean {
  const [has = [], needs = []] = [version ?? '0', least].map((text) => text.split('.').map(Number))
  const at = needs.findIndex((number, index) => number !== (has[index] ?? 0))
  return at < 0 || (has[at] ?? 0) > (needs[at] ?? 0)
}

test('README says which versions are needed, and package.json the same Node', async () => {
  expect(asked).toBeDefined()
  expect(JSON.parse(await read('package.json')).engines.node).toBe(`>=${asked?.node}`)
})

test('the base is that Debian with that Node, of the same major version', () => {
  const [, node, release] = /^FROM node:([\d.]+)-(\w+)$/m.exec(dockerfile) ?? []
  expect(release).toBe(RELEASES[asked?.debian ?? ''])
  expect(isAtLeast(node, asked?.node ?? '')).toBe(true)
  expect(node?.split('.')[0]).toBe(asked?.node?.split('.')[0])
})

test('Java, Maven and Python are those that README names', () => {
  for (const name of [`openjdk-${asked?.java}-jdk-headless`, 'maven', `python${asked?.python}`, 'python3-venv']) {
    expect(dockerfile).toMatch(new RegExp(`\\s${name.replaceAll('.', '\\.')}\\s`))
  }
})

test('Go is new enough for each program that is compiled by it', async () => {
  const [, go] = /^FROM golang:([\d.]+)-bookworm AS go$/m.exec(dockerfile) ?? []
  for (const path of ['infra/minio/server.ts', 'infra/k8s/tools.ts', 'infra/k6/program.ts']) {
    const [, least = 'none is named'] = /^ {2}go: '([\d.]+)',$/m.exec(await read(path)) ?? []
    expect(isAtLeast(go, least), `${path} asks for ${least}`).toBe(true)
  }
})

test('it is nobody in particular, and shows the pages where they are', () => {
  expect(container.remoteUser).toBe('node')
  expect(container.build.dockerfile).toBe('Dockerfile')
  const { gateway, issuer, minio } = PORT_TABLE
  expect(container.forwardPorts).toEqual([gateway, issuer, minio].map(({ usual }) => usual))
})
