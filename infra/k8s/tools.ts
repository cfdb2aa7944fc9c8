/** Owns what the manifests are checked with: kustomize, compiled once by Go, and the schemas of Kubernetes, from PyPI. */

import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Installable } from '../stack/install.ts'
import { exists, installAside } from '../stack/install-aside.ts'
import { PYTHON_PACKAGE } from '../stack/python.ts'
import {
  environmentFolder,
  installEnvironment,
  missingEnvironment,
  type PythonEnvironment,
} from '../stack/python-environment.ts'
import { findCommand, runTool } from '../stack/run-tool.ts'

const KUSTOMIZE_VERSION = 'v5.8.1'
/** Whose API the manifests are held to: the oldest that they are for. */
const KUBERNETES_VERSION = '1.34.0'

const kustomizeFolder = (cacheDir: string) => join(cacheDir, 'kustomize', KUSTOMIZE_VERSION)

const SCHEMAS: PythonEnvironment = {
  name: 'kubernetes-schemas',
  title: 'Schemas of Kubernetes',
  requirements: join(import.meta.dirname, 'requirements.txt'),
}

const kustomize: Installable = {
  title: 'kustomize',
  async missing(cacheDir) {
    return (await exists(kustomizeFolder(cacheDir))) ? undefined : 'kustomize by Go (a minute)'
  },
  async missingTools() {
    return (await findCommand('go')) === undefined
      ? ['kustomize is compiled by Go, which is not installed: install Go 1.24 or later']
      : []
  },
  async install({ cacheDir, step, signal }) {
    await installAside(kustomizeFolder(cacheDir), async (aside) => {
      const wanted = `sigs.k8s.io/kustomize/kustomize/v5@${KUSTOMIZE_VERSION}`
      const args = ['install', '-v', '-trimpath', '-ldflags=-s -w', wanted]
      const logFile = join(cacheDir, 'logs', 'kustomize.log')
      await runTool({ command: 'go', args, env: { GOBIN: aside }, cwd: aside, logFile, signal }, step)
    })
  },
}

const schemas: Installable = {
  title: SCHEMAS.title,
  debian: [PYTHON_PACKAGE],
  missing: async (cacheDir) => await missingEnvironment(cacheDir, SCHEMAS),
  install: async (context) => await installEnvironment(context, SCHEMAS),
}

export const KUBERNETES_TOOLS: readonly Installable[] = [kustomize, schemas]

/** The manifests of a kustomization, as YAML. */
export async function buildKustomization(cacheDir: string, folder: string): Promise<string> {
  const program = join(kustomizeFolder(cacheDir), 'kustomize')
  const { stdout } = await promisify(execFile)(program, ['build', folder], { maxBuffer: 16 * 1024 ** 2 })
  return stdout
}

/** A file of the schemas that allow nothing they do not name. */
export async function readSchema(cacheDir: string, name: string): Promise<object> {
  const packages = join(await environmentFolder(cacheDir, SCHEMAS), 'lib', 'python3.11', 'site-packages')
  const folder = join(packages, 'kubernetes_validate', 'kubernetes-json-schema', `v${KUBERNETES_VERSION}-local-strict`)
  return JSON.parse(await readFile(join(folder, name), 'utf8')) as object
}
