/** Owns the TypeScript text of a message schema: what a consumer sees in place of a schema library. */

export interface Schema {
  readonly type?: string
  readonly description?: string
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
}

const PLAIN: Readonly<Record<string, string>> = {
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  null: 'null',
}

/** The type that `schema` describes, its descriptions as comments. */
export function schemaType(schema: Schema, indent = ''): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map((one) => schemaType(one, indent)))].join(' | ')
  if (schema.items !== undefined) return `(${schemaType(schema.items, indent)})[]`
  if (schema.properties !== undefined) return objectType(schema.properties, schema.required ?? [], indent)
  const plain = PLAIN[schema.type ?? '']
  if (plain === undefined) throw new Error(`no type is known for the schema ${JSON.stringify(schema)}`)
  return plain
}

/** A comment for `schema`, or nothing. */
export function schemaComment({ description }: Schema, indent = ''): string {
  return description === undefined ? '' : `${indent}/** ${description.replaceAll('*/', '* /')} */\n`
}

function objectType(fields: Readonly<Record<string, Schema>>, required: readonly string[], indent: string): string {
  const inner = `${indent}  `
  const lines = Object.entries(fields).map(([name, field]) => {
    const mark = required.includes(name) ? '' : '?'
    return `${schemaComment(field, inner)}${inner}${name}${mark}: ${schemaType(field, inner)}\n`
  })
  return `{\n${lines.join('')}${indent}}`
}
