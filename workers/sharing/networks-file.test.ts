import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { knownNetworks } from './detector/networks.ts'
import { readNetworks } from './networks-file.ts'

const [AMAZON, CLOUDFLARE] = [16_509, 13_335]
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'segue-networks-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true })
})

async function read(text: string) {
  const path = join(folder, 'networks.csv')
  await writeFile(path, text)
  return readNetworks(path)
}

test('the networks of a file are what it says, and all others what the table says', async () => {
  const kindOf = await read(`kind,asn\nhosting,64900\nrelay,64901\nmobile,64902\nordinary,${AMAZON}\n`)
  expect([64_900, 64_901, 64_902, AMAZON].map(kindOf)).toEqual(['hosting', 'relay', 'mobile', undefined])
  expect(knownNetworks(AMAZON)).toBe('hosting')
  expect([CLOUDFLARE, 64_903, undefined].map(kindOf)).toEqual(['relay', undefined, undefined])
})

test('every line that is wrong is told, and the file is not used', async () => {
  const wrong = read('asn,kind\n64900,hosting\nAS1,relay\n0,relay\n64902,vpn\n64900,relay\n')
  await expect(wrong).rejects.toThrow(
    [
      '3: `asn` is no number of a network: "AS1"',
      '4: `asn` is no number of a network: "0"',
      '5: `kind` is none of mobile, relay, hosting, ordinary: "vpn"',
      '6: network 64900 stands twice',
    ]
      .map((line) => `${join(folder, 'networks.csv')}:${line}`)
      .join('\n'),
  )
  await expect(read('asn,type\n1,relay\n')).rejects.toThrow('networks.csv:1: unknown column `type`')
  await expect(readNetworks(join(folder, 'none.csv'))).rejects.toThrow('none.csv: ENOENT')
})
