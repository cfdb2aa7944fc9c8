/** Owns what the manifests are checked with: kustomize, compiled once by Go, and the schemas of Kubernetes, from PyPI. */

import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { goProgram } from '../stack/go-program.ts'
import type { Installable } from '../stack/install.ts'
import { PYTHON_PACKAGE } from '../stack/python.ts'
import {
  environmentFolder,
  installEnvironment,
  missingEnvironment,
  type PythonEnvironment,
} from '../stack/python-environment.ts'

/** Whose API the manifests are held to: the oldest that they are for. */
const KUBERNETES_VERSION = '1.34.0'

const SCHEMAS: PythonEnvironment = {
  name: 'kubernetes-schemas',
  title: 'Schemas of Kubernetes',
  requirements: join(import.meta.dirname, 'requirements.txt'),
}

export const kustomize = goProgram({
  name: 'kustomize',
  title: 'kustomize',
  package: 'sigs.k8s.io/kustomize/kustomize/v5',
  version: 'v5.8.1',
  go: '1.24',
  takes: 'a minute',
})

const schemas: Installable = {
  title: SCHEMAS.title,
  debian: [PYTHON_PACKAGE],
  missing: async (cacheDir) => await missingEnvironment(cacheDir, SCHEMAS),
  install: async (context) => await installEnvironment(context, SCHEMAS),
}

export const KUBERNETES_TOOLS: readonly Installable[] = [kustomize, schemas]

/** The manifests of a kustomization, as YAML. */
export async function buildKustomization(cacheDir: string, folder: string): Promise<string> {
  const { stdout } = await promisify(execFile)(kustomize.path(cacheDir), ['build', folder], {
    maxBuffer: 16 * 1024 ** 2,
  })
  return stdout
}

/** A file of the schemas that allow nothing they do not name. */
export async function readSchema(cacheDir: string, name: string): Promise<object> {
  const packages = join(await environmentFolder(cacheDir, SCHEMAS), 'lib', 'python3.11', 'site-packages')
  const folder = join(packages, 'kubernetes_validate', 'kubernetes-json-schema', `v${KUBERNETES_VERSION}-local-strict`)
  return JSON.parse(await readFile(join(folder, name), 'utf8')) as object
}
