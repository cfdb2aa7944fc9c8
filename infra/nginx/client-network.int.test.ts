/** Owns the test of whom the edge takes for one client: the map of its own configuration, in NGINX, asked about addresses in all their forms. */

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import getPort from 'get-port'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Child, startChild } from '../stack/child.ts'
import { cacheFolder } from '../stack/folders.ts'
import { CONFIGURATION, nginxLaunch } from './server.ts'

const HOST = '127.0.0.1'
let port: number
let folder: string
let nginx: Child

/** Answers with the key of the client that a header names, as bytes. */
beforeAll(async () => {
  const template = await readFile(join(import.meta.dirname, 'nginx.conf.template'), 'utf8')
  const [map] = /^ {2}map \$binary_remote_addr \$client_network \{$[\s\S]*?^ {2}\}$/m.exec(template) ?? []
  if (map === undefined) throw new Error('the template has no map of client networks')
  folder = await mkdtemp(join(tmpdir(), 'segue-networks-'))
  await mkdir(join(folder, 'temp'))
  port = await getPort({ host: HOST })
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/temp/${name};`,
  )
  const lines = [
    'daemon off;',
    `pid ${folder}/nginx.pid;`,
    'error_log stderr crit;',
    'events { worker_connections 64; }',
    'http {',
    ...temporary,
    'access_log off;',
    `set_real_ip_from ${HOST};`,
    'real_ip_header X-Client;',
    map,
    `server { listen ${HOST}:${port}; location / { return 200 $client_network; } }`,
    '}',
  ]
  await writeFile(join(folder, CONFIGURATION), lines.join('\n'))
  nginx = await startChild(await nginxLaunch(folder, cacheFolder(process.env)), join(folder, 'log'), 'SIGTERM')
  await vi.waitFor(() => keyOf('192.0.2.1'), { timeout: 20_000 })
})

afterAll(async () => {
  await nginx?.stop('SIGTERM', 5_000)
  await rm(folder, { recursive: true, force: true })
})

async function keyOf(address: string): Promise<string> {
  const answer = await fetch(`http://${HOST}:${port}/`, { headers: { 'X-Client': address } })
  return Buffer.from(await answer.arrayBuffer()).toString('hex')
}

const groupsOf = (hex: string) => hex.match(/.{4}/g)?.map((group) => Number.parseInt(group, 16).toString(16)) ?? []

describe('one client of the edge', () => {
  test.each([
    ['2001:db8:0:0:1::', '20010db800000000'],
    ['2001:db8::1', '20010db800000000'],
    ['2001:db8:0:0:1:2:3:4', '20010db800000000'],
    ['2001:0:0:5:0:0:0:1', '2001000000000005'],
    ['2001::5:1:2:3:4', '2001000000000005'],
    ['2001::6:1:2:3:4', '2001000000000006'],
    ['::1', '0000000000000000'],
    ['fe80::a0a:0a0a', 'fe80000000000000'],
    ['2001:db8:a0a:a0a:a0a:a0a:a0a:a0a', '20010db80a0a0a0a'],
  ])('is the /64 of %s', async (address, network) => {
    expect(await keyOf(address)).toBe(network)
  })

  test.each(['192.0.2.7', '10.10.10.10', '0.0.0.1', '255.255.255.254'])('is the address %s', async (address) => {
    const bytes = Buffer.from(address.split('.').map(Number)).toString('hex')
    expect(await keyOf(address)).toBe(bytes)
    expect(await keyOf(`::ffff:${address}`)).toBe(bytes)
  })

  test('is a /64 whichever of its groups are nothing, at either end of a run', async () => {
    for (let zeros = 0; zeros < 256; zeros += 1) {
      const hex = Array.from({ length: 8 }, (_, at) => ((zeros >> at) & 1 ? '0000' : `0a0${at + 1}`)).join('')
      // A mapped address is none of these: it has all of five groups nothing, and ffff.
      expect(await keyOf(groupsOf(hex).join(':')), hex).toBe(hex.slice(0, 16))
    }
  })
})
