/** Owns what a place of backups must do, wherever it is. */

import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import type { Place } from './place.ts'

export function keepsBackups(make: () => Promise<Place>): void {
  const put = (place: Place, name: string, ...parts: string[]) =>
    place.put(name, Readable.from(parts.map((part) => Buffer.from(part))))

  test('what was put is opened, replaced by another of its name, and gone when it was removed', async () => {
    const place = await make()
    expect(await place.open('a/b.age')).toBeUndefined()
    await put(place, 'a/b.age', 'first')
    await put(place, 'a/b.age', 'sec', 'ond')
    const bytes = await place.open('a/b.age')
    expect(bytes && (await buffer(bytes)).toString()).toBe('second')
    await place.remove('a/b.age')
    expect(await place.open('a/b.age')).toBeUndefined()
  })

  test('names are listed under a prefix, sorted', async () => {
    const place = await make()
    for (const name of ['b/2', 'b/1/x', 'c']) await put(place, name, name)
    expect(await place.list('')).toEqual(['b/1/x', 'b/2', 'c'])
    expect(await place.list('b/')).toEqual(['b/1/x', 'b/2'])
  })

  test('what breaks off is not there, and leaves what was', async () => {
    const place = await make()
    await put(place, 'kept', 'whole')
    const broken = async function* () {
      yield Buffer.alloc(1_000)
      throw new Error('the source broke')
    }
    await expect(place.put('kept', Readable.from(broken()))).rejects.toThrow('the source broke')
    await expect(place.put('new', Readable.from(broken()))).rejects.toThrow('the source broke')
    expect(await place.list('')).toEqual(['kept'])
    const bytes = await place.open('kept')
    expect(bytes && (await buffer(bytes)).toString()).toBe('whole')
  })
}
