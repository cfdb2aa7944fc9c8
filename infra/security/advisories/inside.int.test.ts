/** Owns the test that what is listed of programs, `jars.txt` and `modules.txt`, is what they bring along (vitest -u writes the lists anew). */

import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { k6 } from '../../k6/program.ts'
import { kustomize } from '../../k8s/tools.ts'
import { KEYCLOAK } from '../../keycloak/server.ts'
import { minio } from '../../minio/server.ts'
import { cacheFolder, PROJECT_ROOT } from '../../stack/folders.ts'
import { folderOf } from '../../stack/maven.ts'
import { quarkusJar } from './quarkus-jar.ts'

const run = promisify(execFile)
const cacheDir = cacheFolder(process.env)
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'segue-inside-'))
})
afterAll(async () => await rm(folder, { recursive: true, force: true }))

const list = (of: string, lines: Iterable<string>) =>
  [`# ${of}. Written by infra/security/advisories/inside.int.test.ts.`, ...[...new Set(lines)].sort(), ''].join('\n')
const at = (...path: string[]) => join(PROJECT_ROOT, 'infra', ...path)

test.each(['kafka', 'debezium', 'opensearch'])('of %s, the jars that Maven copies', async (room) => {
  const file = join(folder, room)
  await run('mvn', ['-B', '-q', '-f', at(room, 'pom.xml'), 'dependency:list', `-DoutputFile=${file}`])
  const jar = /^ +(?<name>[^:\s]+:[^:\s]+):jar:(?:[^:\s]+:)?(?<version>[^:\s]+):(?:compile|runtime)\b/gm
  const jars = [...(await readFile(file, 'utf8')).matchAll(jar)].map(
    ({ groups }) => `${groups?.name}:${groups?.version}`,
  )
  expect(jars.length).toBeGreaterThan(20)
  await expect(list('What Maven copies', jars)).toMatchFileSnapshot(at(room, 'jars.txt'))
})

test('of Keycloak, the jars of its archive', async () => {
  const files = await readdir(await folderOf(cacheDir, KEYCLOAK), { recursive: true })
  const jars = files.filter((path) => path.endsWith('.jar')).flatMap((path) => quarkusJar(basename(path)) ?? [])
  expect(jars.length).toBeGreaterThan(300)
  await expect(list('What is in the archive', jars)).toMatchFileSnapshot(at('keycloak', 'jars.txt'))
})

test.each([
  { room: 'minio', program: minio },
  { room: 'k6', program: k6 },
  { room: 'k8s', program: kustomize },
])('of $room, the modules that Go compiled', async ({ room, program }) => {
  const { stdout } = await run('go', ['version', '-m', program.path(cacheDir)])
  // What replaces a module stands below it.
  const module =
    /^\t(?:mod|dep)\t(?<name>\S+)\t(?<version>\S+)(?:\t\S+)?(?:\n\t=>\t(?<other>\S+)\t(?<otherVersion>\S+))?/gm
  const modules = [...stdout.matchAll(module)].map(({ groups }) =>
    groups?.other === undefined ? `${groups?.name} ${groups?.version}` : `${groups.other} ${groups.otherVersion}`,
  )
  expect(modules.length).toBeGreaterThan(20)
  await expect(list('What Go compiles', modules)).toMatchFileSnapshot(at(room, 'modules.txt'))
})
