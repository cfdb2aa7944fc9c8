import { readFile } from 'node:fs/promises'
import asyncApi from '@asyncapi/specs'
import { Ajv, type AnySchema } from 'ajv'
import { describe, expect, it } from 'vitest'
import { DOWN_EXAMPLES, UP_EXAMPLES } from '../fixtures/messages.ts'
import { DOWN_MESSAGES } from '../messages/down.ts'
import { UP_MESSAGES } from '../messages/up.ts'
import { withTables } from './tables.ts'

const document = JSON.parse(await readFile(new URL('asyncapi.json', import.meta.url), 'utf8'))
const examples = Object.entries({ ...UP_EXAMPLES, ...DOWN_EXAMPLES })

describe('the AsyncAPI document', () => {
  it('is a document of AsyncAPI 3.0.0', () => {
    const schema = asyncApi.schemasWithoutId['3.0.0']
    const validate = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(schema as AnySchema)
    validate(document)
    expect(validate.errors).toBeNull()
  })

  it('names every message', () => {
    const names = [...Object.keys(UP_MESSAGES), ...Object.keys(DOWN_MESSAGES)].sort()
    expect(Object.keys(document.components.messages).sort()).toEqual(names)
  })

  it.each(examples)('has a schema that any validator takes the example of %s by', (name, message) => {
    const validate = new Ajv({ strict: true, strictTypes: false }).compile(document.components.messages[name].payload)
    validate(message)
    expect(validate.errors).toBeNull()
  })
})

describe('the tables of SPEC.md', () => {
  it('are written where they are marked, and again without a change', () => {
    const once = withTables('before\n\n<!-- errors -->\n\n| old |\n\nafter\n')
    expect(once).toContain('| 200 | `unknown_track` | no |')
    expect(once).not.toContain('| old |')
    expect(once.endsWith('\n\nafter\n')).toBe(true)
    expect(withTables(once)).toBe(once)
  })
})
