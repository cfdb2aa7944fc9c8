/** Owns the text of MODEL.md: a diagram a domain, what each table holds, and who may do what with it. */

import { databaseRole, SERVICE_ROLE_NAMES, SERVICE_ROLES } from '../roles.ts'
import { DOMAINS, type Domain } from './domains.ts'
import type { ModelColumn, ModelTable } from './read-model.ts'

/** As people write them. */
const TYPES: Readonly<Record<string, string>> = {
  'timestamp with time zone': 'timestamptz',
  'double precision': 'float8',
}

/** @throws {Error} for a table that no domain has, and for a domain's table that is not there. */
export function drawModel(tables: readonly ModelTable[]): string {
  const byName = new Map(tables.map((table) => [table.name, table]))
  const placed = new Set(DOMAINS.flatMap((domain) => domain.tables))
  const homeless = tables.filter(({ name }) => !placed.has(name)).map(({ name }) => name)
  if (homeless.length > 0) throw new Error(`no domain in infra/postgres/model/domains.ts has ${homeless.join(', ')}`)
  const chapters = DOMAINS.map((domain) => chapter(domain, byName))
  return `${[HEAD, contents(), ...chapters, grantsOf(tables)].join('\n\n')}\n`
}

const HEAD = `# The model in PostgreSQL

Drawn from the live schema by \`npm run segue -- model\`; a test fails when this file is not current. What is not obvious of a column is in its comment: \`\\d+ table\`.

A line from a table leads to those that refer to it: \`||\` exactly one, \`|o\` one or none, \`o{\` any number. Tables without columns in a diagram are drawn in another.`

function contents(): string {
  return DOMAINS.map(({ title, tables }) => `- [${title}](#${anchor(title)}): ${tables.join(', ')}`).join('\n')
}

const anchor = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-')

function chapter({ title, tables: names }: Domain, byName: ReadonlyMap<string, ModelTable>): string {
  const tables = names.map((name) => {
    const table = byName.get(name)
    if (table === undefined) throw new Error(`there is no table ${name}, which infra/postgres/model/domains.ts has`)
    return table
  })
  const rows = tables.map((table) => `| ${table.name} | ${cell(table.comment ?? '')}${aside(table)} |`)
  return [
    `## ${title}`,
    ['| table | what it holds |', '|---|---|', ...rows].join('\n'),
    diagram(tables.filter(({ isView }) => !isView)),
  ].join('\n\n')
}

function aside({ isView, partitionedBy }: ModelTable): string {
  if (isView) return ' A view, not drawn.'
  return partitionedBy === null ? '' : ` Partitioned by month: ${partitionedBy}.`
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

function diagram(tables: readonly ModelTable[]): string {
  const lines = tables.flatMap((table) => [
    ...table.references.map(({ to, columns, isRequired, isUnique }) => {
      const many = isUnique ? 'o|' : 'o{'
      return `  ${to} ${isRequired ? '||' : '|o'}--${many} ${table.name} : "${columns.join(', ')}"`
    }),
    `  ${table.name} {`,
    ...table.columns.map((column) => `    ${attribute(table, column)}`),
    '  }',
  ])
  return ['```mermaid', 'erDiagram', ...lines, '```'].join('\n')
}

function attribute(table: ModelTable, { name, type, isRequired }: ModelColumn): string {
  const keys = [
    table.primaryKey.includes(name) ? 'PK' : '',
    table.references.some(({ columns }) => columns.includes(name)) ? 'FK' : '',
    table.unique.includes(name) ? 'UK' : '',
  ].filter((key) => key !== '')
  const short = (TYPES[type] ?? type.replace('character(', 'char(')).replaceAll(' ', '_')
  return [short, name, keys.join(', '), isRequired ? '' : '"or null"'].filter((word) => word !== '').join(' ')
}

function grantsOf(tables: readonly ModelTable[]): string {
  const roles = SERVICE_ROLE_NAMES.map((role) => `| \`${databaseRole(role)}\` | ${SERVICE_ROLES[role].work} |`)
  const rows = tables.map(({ name, hasRowSecurity, grants }) => {
    const cells = SERVICE_ROLE_NAMES.map((role) => grants[databaseRole(role)] ?? '')
    return `| ${name} | ${[hasRowSecurity ? 'yes' : '', ...cells].join(' | ')} |`
  })
  return [
    '## Who may do what',
    ['| role | its work |', '|---|---|', ...roles].join('\n'),
    'S select, I insert, U update, D delete; a small letter: some columns only. With row security a role sees the rows that a policy gives it: the gateway those of the listener in whose name it speaks (`SET LOCAL segue.user_id`).',
    [
      `| table | row security | ${SERVICE_ROLE_NAMES.join(' | ')} |`,
      `|---|---|${'---|'.repeat(SERVICE_ROLE_NAMES.length)}`,
      ...rows,
    ].join('\n'),
  ].join('\n\n')
}
