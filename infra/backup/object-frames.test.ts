import { createHash, randomBytes } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { eachObject, framed, type ObjectHead } from './object-frames.ts'

async function* parts(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function fileOf(objects: readonly Buffer[]): Promise<Buffer> {
  const frames: Uint8Array[] = []
  for (const [n, bytes] of objects.entries()) {
    const head: ObjectHead = { key: `k/${n} ü`, size: bytes.length, metadata: { 'content-type': 'audio/mp4' } }
    for await (const part of framed(head, parts(bytes, 7))) frames.push(part)
  }
  return Buffer.concat(frames)
}

async function read(file: Buffer, size: number): Promise<[key: string, bytes: Buffer][]> {
  const found: [string, Buffer][] = []
  await eachObject(parts(file, size), async ({ key }, bytes) => {
    found.push([key, await buffer(bytes)])
  })
  return found
}

test('objects come back as they were, however the file is cut into chunks', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 }),
      fc.integer({ min: 1, max: 200 }),
      async (objects, size) => {
        const bytes = objects.map((one) => Buffer.from(one))
        expect(await read(await fileOf(bytes), size)).toEqual(bytes.map((one, n) => [`k/${n} ü`, one]))
      },
    ),
    { numRuns: 100 },
  )
})

test('what the reader leaves of an object is read over, and looked at all the same', async () => {
  const file = await fileOf([randomBytes(500), randomBytes(10)])
  const keys: string[] = []
  expect(
    await eachObject(parts(file, 64), async ({ key }) => {
      keys.push(key)
    }),
  ).toBe(2)
  expect(keys).toEqual(['k/0 ü', 'k/1 ü'])
})

test('a file that ends early, and a byte that is another, are found wherever they are', async () => {
  const file = await fileOf([randomBytes(200)])
  const whole = createHash('sha256').update(file).digest('hex')
  for (let at = 1; at < file.length; at += 13) {
    await expect(read(file.subarray(0, at), 50)).rejects.toThrow('ends in the middle of one')
  }
  const body = file.length - 100
  file[body] = (file[body] ?? 0) ^ 1
  await expect(read(file, 50)).rejects.toThrow('k/0 ü is not as it was written')
  file[body] = (file[body] ?? 0) ^ 1
  expect(createHash('sha256').update(file).digest('hex')).toBe(whole)
})

test('an object that changed while it was copied is not written as if it had not', async () => {
  const frames = framed({ key: 'k', size: 11, metadata: {} }, parts(Buffer.alloc(10), 10))
  await expect(
    (async () => {
      for await (const _ of frames);
    })(),
  ).rejects.toThrow('k changed while it was copied')
})
