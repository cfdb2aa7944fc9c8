import { describe, expect, it } from 'vitest'
import { Turns } from './turns.ts'

const settled = () => new Promise((resolve) => setTimeout(resolve))

/** What began and ended, and how each is ended. */
function watched() {
  const said: string[] = []
  const end = new Map<string, (error?: Error) => void>()
  const act = (name: string) => () => {
    said.push(name)
    return new Promise<string>((resolve, reject) => {
      end.set(name, (error) => (error === undefined ? resolve(name) : reject(error)))
    })
  }
  return { said, end, act, turns: new Turns() }
}

describe('T2 the order of what is asked of a store', () => {
  it('begins at once what may be under way together', () => {
    const { said, act, turns } = watched()
    void turns.together(act('a'))
    void turns.together(act('b'))
    expect(said).toEqual(['a', 'b'])
  })

  it('begins what is alone after all before it, and all after it later, in order', async () => {
    const { said, end, act, turns } = watched()
    const all = [turns.together(act('a')), turns.together(act('b')), turns.alone(act('c'))]
    all.push(turns.together(act('d')), turns.alone(act('e')))
    end.get('b')?.()
    await settled()
    expect(said).toEqual(['a', 'b'])
    end.get('a')?.()
    await settled()
    expect(said).toEqual(['a', 'b', 'c'])
    end.get('c')?.()
    await settled()
    expect(said).toEqual(['a', 'b', 'c', 'd'])
    end.get('d')?.()
    await settled()
    end.get('e')?.()
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  it('goes on after one that failed', async () => {
    const { said, end, act, turns } = watched()
    const failed = turns.alone(act('a'))
    const next = turns.together(act('b'))
    end.get('a')?.(new Error('no'))
    await expect(failed).rejects.toThrow('no')
    await settled()
    end.get('b')?.()
    expect(await next).toBe('b')
    expect(said).toEqual(['a', 'b'])
  })
})
