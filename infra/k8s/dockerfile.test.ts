/** Owns the test of the Dockerfile, without an engine: what it builds on, who it runs as, that it copies what is there, and nothing secret. */

import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { PROJECT_ROOT } from '../stack/folders.ts'

interface Instruction {
  readonly word: string
  readonly rest: string
}
interface Stage {
  readonly name: string
  readonly from: string
  readonly instructions: readonly Instruction[]
}

const read = (name: string) => readFile(join(import.meta.dirname, name), 'utf8')
const stages = stagesOf(await read('Dockerfile'))
const stage = (name: string) => stages.find((each) => each.name === name)
const allOf = (word: string) => stages.flatMap(({ instructions }) => instructions.filter((each) => each.word === word))

function stagesOf(text: string): readonly Stage[] {
  const found: { name: string; from: string; instructions: Instruction[] }[] = []
  const lines = text.replaceAll('\\\n', ' ').split('\n')
  for (const line of lines.filter((each) => each.trim() !== '' && !each.startsWith('#'))) {
    const [word = '', ...words] = line.trim().split(/\s+/)
    if (word === 'FROM') found.push({ from: words[0] ?? '', name: words[2] ?? '', instructions: [] })
    else found.at(-1)?.instructions.push({ word, rest: words.join(' ') })
  }
  return found
}

/** What a COPY without --from takes from the project. */
const copied = () =>
  allOf('COPY')
    .filter(({ rest }) => !rest.startsWith('--from='))
    .flatMap(({ rest }) => rest.split(' ').slice(0, -1))

describe('the Dockerfile', () => {
  test('is of several stages on a pinned base, the Node that the project needs', async () => {
    const { engines } = JSON.parse(await readFile(join(PROJECT_ROOT, 'package.json'), 'utf8')) as {
      engines: { node: string }
    }
    const [major] = /\d+/.exec(engines.node) ?? []
    const names = stages.map(({ name }) => name)
    expect(names).toEqual(['build', 'base', 'listening', 'gateway', 'workers', 'commands'])
    for (const { from } of stages)
      if (!names.includes(from)) expect(from).toMatch(new RegExp(`^node:${major}\\.\\d+\\.\\d+-bookworm-slim$`))
  })

  test('runs as nobody in particular, by number, and starts one program that hears the signal to stop', () => {
    expect(stage('base')?.instructions.at(-2)).toEqual({ word: 'USER', rest: '1000:1000' })
    expect(allOf('USER')).toHaveLength(1)
    for (const name of ['gateway', 'workers', 'commands']) {
      const start = stage(name)?.instructions.at(-1)
      expect(start?.word).toMatch(/^(?:CMD|ENTRYPOINT)$/)
      // Through a shell the program would not be the one that is signalled.
      expect(JSON.parse(start?.rest ?? '')).toContain(`dist/${name}.js`)
    }
  })

  test('copies what is in the project and is let in, and no secret', async () => {
    const letIn = (await read('Dockerfile.dockerignore'))
      .split('\n')
      .flatMap((line) => (line.startsWith('!') ? line.slice(1) : []))
    expect(copied().length).toBeGreaterThan(5)
    for (const path of new Set(copied())) {
      expect((await stat(join(PROJECT_ROOT, path))).isFile() || letIn.includes(path), path).toBe(true)
      expect(letIn, path).toContain(path)
    }
    for (const { rest } of [...allOf('ENV'), ...allOf('ARG')]) expect(rest).not.toMatch(/secret|password|token|key/i)
  })

  test('gives each image its own program, and of what was built nothing else but pages and the package that listens', () => {
    const built = (name: string) =>
      (stage(name)?.instructions ?? [])
        .flatMap(({ word, rest }) =>
          word === 'COPY' && rest.startsWith('--from=build ') ? rest.split(' ').slice(1, -1) : [],
        )
        .map((path) => path.replace('/segue/', ''))
    const program = (name: string) => [`dist/${name}.js`, `dist/${name}.js.map`]
    expect(built('base')).toEqual(['package.json', 'package-lock.json'])
    expect(built('listening')).toEqual(['node_modules/uWebSockets.js'])
    expect(built('gateway')).toEqual(['pages', ...program('gateway')])
    expect(built('workers')).toEqual(program('workers'))
    expect(built('commands')).toEqual(program('commands'))
    // Where the pages are built, bundles are as well: they are set aside before there is one.
    const [pages = '', aside = '', bundles = ''] = (stage('build')?.instructions.at(-1)?.rest ?? '').split(' && ')
    expect(pages).toBe('npx tsx gateway/prebuild-pages.ts')
    expect(aside).toBe('mv node_modules/.cache/segue pages')
    expect(bundles).toMatch(/^npx tsx infra\/k8s\/bundle\.ts dist /)
  })

  test('installs by the lock file, in the build alone', () => {
    const runs = stages.flatMap(({ name, instructions }) =>
      instructions.filter(({ word }) => word === 'RUN').map(({ rest }) => `${name}: ${rest}`),
    )
    expect(runs[0]).toBe('build: npm ci --ignore-scripts')
    expect(runs.every((run) => run.startsWith('build: '))).toBe(true)
  })
})
