import { Value } from '@sinclair/typebox/value'
import { describe, expect, it } from 'vitest'
import { DOWN_EXAMPLES, UP_EXAMPLES } from './fixtures/messages.ts'
import { DOWN_MESSAGES } from './messages/down.ts'
import { isUp, refusalOf } from './validate.ts'

const changed = (name: keyof typeof UP_EXAMPLES, changes: object) => ({ ...UP_EXAMPLES[name], ...changes })

describe('what the gateway accepts', () => {
  it.each(Object.entries(UP_EXAMPLES))('%s as in the examples', (_name, message) => {
    expect(isUp(message)).toBe(true)
  })

  it('C3 ignores fields it does not know', () => {
    expect(isUp(changed('pause', { colour: 'red' }))).toBe(true)
  })

  it.each([
    ['a missing field', { type: 'rename', id: 1 }, 'invalid_message', 'rename/name'],
    ['a wrong type', changed('pause', { id: 'one' }), 'invalid_message', 'pause/id'],
    ['a negative position', changed('seek', { position_ms: -1 }), 'invalid_message', 'seek/position_ms'],
    ['a fraction', changed('seek', { position_ms: 1.5 }), 'invalid_message', 'seek/position_ms'],
    ['an upper-case UUID', changed('play', { track_id: 'A'.repeat(36) }), 'invalid_message', 'play/track_id'],
    ['a bitrate off the ladder', changed('credit', { bitrate_kbps: 128 }), 'invalid_message', 'credit/bitrate_kbps'],
    ['an empty batch', changed('telemetry', { events: [] }), 'invalid_message', 'telemetry/events'],
    ['an unknown message', { type: 'dance' }, 'unknown_message', "'dance'"],
    ['a message of the other side', DOWN_EXAMPLES.ack, 'unknown_message', "'ack'"],
    ['the name of a method', { type: 'constructor' }, 'unknown_message', "'constructor'"],
  ])('refuses %s and says where', (_name, value, error, where) => {
    expect(isUp(value)).toBe(false)
    const refusal = refusalOf(value)
    expect(refusal.error).toBe(error)
    expect(refusal.message).toContain(where)
  })
})

describe('what the gateway sends', () => {
  it.each(Object.entries(DOWN_EXAMPLES))('%s fits its schema', (name, message) => {
    expect(Value.Check(DOWN_MESSAGES[name as keyof typeof DOWN_MESSAGES], message)).toBe(true)
  })
})
