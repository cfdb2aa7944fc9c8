import { describe, expect, it } from 'vitest'
import type { HeldSession } from './held-session.ts'
import { createUnsaved } from './unsaved.ts'

const MOST = 2
const held = (session_id: string, epoch = 1) => ({ session: { who: { session_id } }, epoch }) as unknown as HeldSession

function unsaved() {
  const letGo: string[] = []
  const outdated: HeldSession[] = []
  const kept = createUnsaved(
    {
      added: () => undefined,
      outdated: (held) => outdated.push(held),
      letGo: ({ session }) => letGo.push(session.who.session_id),
      letGoWord: () => letGo.push('word'),
    },
    MOST,
  )
  return { letGo, outdated, unsaved: kept }
}

describe('what Redis does not have yet', () => {
  it('lets the oldest session go when there are too many, and tells', () => {
    const { letGo, unsaved: kept } = unsaved()
    for (const id of ['a', 'b']) kept.add(held(id))
    expect(letGo).toEqual([])
    kept.add(held('c'))
    expect(letGo).toEqual(['a'])
    expect(kept.sessions().map(({ session }) => session.who.session_id)).toEqual(['b', 'c'])
  })

  it('keeps the newest hold of a session, and tells of the other', () => {
    const { outdated, unsaved: kept } = unsaved()
    const [first, second, third] = [1, 2, 3].map((epoch) => held('a', epoch))
    for (const one of [second, first, third, third]) if (one !== undefined) kept.add(one)
    expect(outdated).toEqual([first, second])
    expect(kept.sessions()).toEqual([third])
  })

  it('lets the oldest word about a stream go when there are too many, and tells', () => {
    const { letGo, unsaved: kept } = unsaved()
    for (const id of ['a', 'b', 'c']) kept.owe(id, async () => undefined)
    expect(letGo).toEqual(['word'])
    expect(kept.takeOwed().map(([id]) => id)).toEqual(['b', 'c'])
  })
})
