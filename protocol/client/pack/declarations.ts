/** Owns the type declarations of the package: those of tsc, and of messages written out, so that a consumer needs no schema library. */

import { readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { KindGuard } from '@sinclair/typebox'
import ts from 'typescript'
import { type Schema, schemaComment, schemaType } from './schema-type.ts'

const SCHEMA_LIBRARY = "from '@sinclair/typebox'"

/** The declarations that `entry`, which is for browsers, and `others` need, by their path below `root`. */
export async function declarationsOf(
  root: string,
  entry: string,
  others: readonly string[] = [],
): Promise<Map<string, string>> {
  const emitted = emit(root, entry)
  const needed = new Map<string, string>()
  const waiting = [entry, ...others]
  for (let source = waiting.pop(); source !== undefined; source = waiting.pop()) {
    const path = relative(root, source).replace(/\.ts$/, '.d.ts')
    if (needed.has(path)) continue
    const text = emitted.get(source) ?? (await declarationOf(source))
    needed.set(path, text.includes(SCHEMA_LIBRARY) ? await writtenOut(source) : named(text))
    const from = source
    for (const [, found] of (needed.get(path) ?? '').matchAll(/from '(\.[^']+)\.js'/g)) {
      waiting.push(join(dirname(from), `${found}.ts`))
    }
  }
  return needed
}

/** What tsc declares, by source file. */
function emit(root: string, entry: string): Map<string, string> {
  const program = ts.createProgram([entry], {
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: root,
    outDir: root,
  })
  const emitted = new Map<string, string>()
  const result = program.emit(undefined, (path, text) => emitted.set(path.replace(/\.d\.ts$/, '.ts'), text))
  const faults = [...ts.getPreEmitDiagnostics(program), ...result.diagnostics]
  if (faults.length > 0) {
    const host = {
      getCanonicalFileName: (name: string) => name,
      getCurrentDirectory: () => root,
      getNewLine: () => '\n',
    }
    throw new Error(`the SDK does not compile for browsers:\n${ts.formatDiagnostics(faults, host)}`)
  }
  return emitted
}

/** What a file that browsers do not run declares; its types are checked with those of the project. */
async function declarationOf(source: string): Promise<string> {
  const { outputText, diagnostics } = ts.transpileDeclaration(await readFile(source, 'utf8'), { fileName: source })
  if (diagnostics !== undefined && diagnostics.length > 0) throw new Error(`tsc gave no declarations of ${source}`)
  return outputText
}

/** Imports by the name of the JavaScript file, as every resolution of TypeScript takes them. */
function named(text: string): string {
  return text.replace(/from (['"])(\.[^'"]+)\.ts\1/g, "from '$2.js'")
}

/** The schemas that a file exports, as types. */
async function writtenOut(source: string): Promise<string> {
  const exported: Record<string, unknown> = await import(pathToFileURL(source).href)
  let text = ''
  for (const [name, schema] of Object.entries(exported)) {
    if (!KindGuard.IsKind(schema)) continue
    const described = schema as Schema
    text += `${schemaComment(described)}export type ${name} = ${schemaType(described)}\n`
  }
  return text
}
