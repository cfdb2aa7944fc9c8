/** Owns programs that come from Maven Central, as jars or as an archive: the Java that runs them, and folders of theirs in the cache, by the pom that names them. */

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { exists, installAside } from './install-aside.ts'
import type { InstallContext } from './part.ts'
import { StackProblem } from './problem.ts'
import { findCommand, runTool } from './run-tool.ts'

export interface MavenProgram {
  /** Of its folder in the cache, and of its log. */
  readonly name: string
  readonly title: string
  /** What to set instead, and to what: 'SEGUE_KAFKA_BROKERS to brokers of your own'. */
  readonly instead: string
  /** The path of the file that says which jars. */
  readonly pom: string
  /** Of one that comes as an archive and builds itself before its first start: the words for Java, by its folder. */
  readonly build?: (folder: string) => readonly string[]
}

const NEEDED_JAVA = 17
const javaLine = (title: string) =>
  `${title} needs Java ${NEEDED_JAVA}: apt-get install openjdk-17-jre-headless, or set JAVA_HOME`

async function findJava(): Promise<string | undefined> {
  if (!process.env.JAVA_HOME) return await findCommand('java')
  const path = join(process.env.JAVA_HOME, 'bin', 'java')
  return (await exists(path)) ? path : undefined
}

/** @throws {StackProblem} when there is none. */
export async function javaFor({ title }: MavenProgram): Promise<string> {
  const path = await findJava()
  if (path === undefined) throw new StackProblem(javaLine(title))
  return path
}

/** The pom is the version: another pom, or another build, another folder. */
export async function folderOf(cacheDir: string, { name, pom, build }: MavenProgram): Promise<string> {
  const hash = createHash('sha256').update(await readFile(pom))
  if (build !== undefined) hash.update(JSON.stringify(build('')))
  return join(cacheDir, name, hash.digest('hex').slice(0, 12))
}

/** As Java takes it: all jars of the program. */
export const classPathOf = async (cacheDir: string, program: MavenProgram): Promise<string> =>
  join(await folderOf(cacheDir, program), '*')

/** What a part that is installed so has of its definition. */
export const fromMaven = (program: MavenProgram) => ({
  missing: (cacheDir: string) => missingProgram(cacheDir, program),
  missingTools: () => missingJavaTools(program),
  install: (context: InstallContext) => installProgram(context, program),
})

async function missingProgram(cacheDir: string, program: MavenProgram): Promise<string | undefined> {
  return (await exists(await folderOf(cacheDir, program))) ? undefined : `${program.title} by Maven`
}

async function missingJavaTools({ title, instead }: MavenProgram): Promise<readonly string[]> {
  const lines: string[] = []
  const path = await findJava()
  if (path === undefined) {
    lines.push(`java is not installed; ${javaLine(title)}`)
  } else {
    const { stderr } = await promisify(execFile)(path, ['-version'])
    const major = Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0)
    if (major < NEEDED_JAVA) lines.push(`the java of this machine is ${major}; ${javaLine(title)}`)
  }
  if ((await findCommand('mvn')) === undefined) {
    lines.push(`${title} is downloaded by Maven, which is not installed: apt-get install maven, or set ${instead}`)
  }
  return lines
}

async function installProgram({ cacheDir, step, signal }: InstallContext, program: MavenProgram): Promise<void> {
  const { build, name, pom } = program
  const logFile = join(cacheDir, 'logs', `${name}.log`)
  await installAside(await folderOf(cacheDir, program), async (aside) => {
    const goal = build === undefined ? 'copy' : 'unpack'
    // Of an archive it notes beside the pom, unless told otherwise, that it need not be unpacked again.
    const folders = [`-DoutputDirectory=${aside}`, `-DmarkersDirectory=${join(aside, 'markers')}`]
    const args = ['-B', '-f', pom, `dependency:${goal}-dependencies`, ...folders]
    await runTool({ command: 'mvn', args, logFile, signal }, step)
    if (build === undefined) return
    step.note('builds itself')
    await runTool({ command: await javaFor(program), args: build(aside), logFile, signal }, step)
  })
}
