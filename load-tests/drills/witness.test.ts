import { describe, expect, it } from 'vitest'
import type { DownMessage } from '../../protocol/messages/down.ts'
import type { UpMessage } from '../../protocol/messages/up.ts'
import { Witness } from './witness.ts'

const ready = { type: 'ready', session_id: 'one' } as DownMessage
const playback = (seq: number) => ({ type: 'playback', seq, status: 'playing', stream_id: `s${seq}` }) as DownMessage
const resume = (last_seq: number) => ({ type: 'resume', id: 9, ticket: 't', last_seq }) as UpMessage
const resumed = (recovered: boolean, seq: number) =>
  ({ type: 'resumed', session_id: 'one', recovered, seq }) as DownMessage
const telemetry = (batch: number, id: string) => ({ type: 'telemetry', batch, events: [{ id }] }) as UpMessage

/** A client that saw three messages, lost its socket, and resumed. */
function resumedAfter(...more: readonly DownMessage[]): Witness {
  const witness = new Witness('w')
  const first = witness.newWire()
  for (const message of [ready, playback(1), playback(2), playback(3)]) witness.down(first, message)
  first.deaf = true
  witness.down(first, playback(4))
  const second = witness.newWire()
  witness.up(second, resume(3))
  for (const message of more) witness.down(second, message)
  return witness
}

describe('the witness of a wire', () => {
  it('finds nothing in a resume that is whole, nor in one that says it is not', () => {
    expect(resumedAfter(resumed(true, 4), playback(4), playback(5)).complaints).toEqual([])
    expect(resumedAfter(resumed(false, 8), playback(9)).complaints).toEqual([])
  })

  it('sees a gap, and a message that came again', () => {
    expect(resumedAfter(resumed(true, 5), playback(5)).complaints.join()).toContain('5 came after 3')
    expect(resumedAfter(resumed(true, 3), playback(3)).complaints.join()).toContain('3 came again after 3')
  })

  it('sees a client that resumes from another place than it had reached', () => {
    const witness = resumedAfter()
    witness.up(witness.newWire(), resume(2))
    expect(witness.complaints.join()).toContain('resumed from 2, but 3 had arrived')
  })

  it('takes an event for acknowledged by the socket that it went over, and no other', () => {
    const witness = new Witness('w')
    const first = witness.newWire()
    witness.up(first, telemetry(1, 'a'))
    const second = witness.newWire()
    witness.down(second, { type: 'ack', batch: 1 })
    expect(witness.acknowledged.size).toBe(0)
    expect(witness.complaints.join()).toContain('never sent there')
    witness.down(first, { type: 'ack', batch: 1 })
    expect([...witness.acknowledged]).toEqual(['a'])
  })
})
