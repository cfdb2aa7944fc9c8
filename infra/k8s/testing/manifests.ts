/** Owns the manifests of the example of a place, as kustomize builds them: what tests of Kubernetes are about. */

import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { cacheFolder } from '../../stack/folders.ts'
import { buildKustomization } from '../tools.ts'

export interface Variable {
  readonly name: string
  readonly value?: string
  /** Of a secret, or of what the pod itself is. */
  readonly valueFrom?: {
    readonly secretKeyRef?: { readonly name: string; readonly key: string }
    readonly fieldRef?: object
  }
}
export interface Container {
  readonly name: string
  readonly image: string
  readonly args?: readonly string[]
  readonly env?: readonly Variable[]
  readonly envFrom?: readonly {
    readonly configMapRef?: { readonly name: string }
    readonly secretRef?: { readonly name: string }
  }[]
  readonly securityContext: Readonly<Record<string, unknown>>
  readonly resources: { readonly requests: object; readonly limits: { readonly memory: string; readonly cpu?: string } }
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[]
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[]
}
export interface PodTemplate {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> }
  readonly spec: {
    readonly automountServiceAccountToken: boolean
    readonly securityContext: Readonly<Record<string, unknown>>
    readonly initContainers?: readonly Container[]
    readonly containers: readonly Container[]
    readonly volumes?: readonly { readonly name: string; readonly secret?: { readonly secretName: string } }[]
  }
}
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly data?: Readonly<Record<string, string>>
  readonly spec: {
    readonly replicas?: number
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> }
    readonly scaleTargetRef?: { readonly name: string }
    readonly template: PodTemplate
  }
}

export async function productionManifests(): Promise<readonly Manifest[]> {
  const folder = join(import.meta.dirname, '..', 'overlays', 'production')
  const text = await buildKustomization(cacheFolder(process.env), folder)
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest)
}

/** The plain settings that a container is given: those of its maps, and its own above them. */
export function settingsOf(container: Container, manifests: readonly Manifest[]): Readonly<Record<string, string>> {
  const maps = (container.envFrom ?? []).map(({ configMapRef }) => configMapRef?.name)
  const plain = manifests.filter(({ kind, metadata }) => kind === 'ConfigMap' && maps.includes(metadata.name))
  const own = (container.env ?? []).flatMap(({ name, value }) => (value === undefined ? [] : [[name, value] as const]))
  return { ...Object.assign({}, ...plain.map(({ data }) => data)), ...Object.fromEntries(own) }
}
