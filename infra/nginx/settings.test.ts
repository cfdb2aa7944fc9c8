import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { edgeVariables, fillTemplate, USUAL_LIMITS } from './settings.ts'

const template = await readFile(join(import.meta.dirname, 'nginx.conf.template'), 'utf8')
const EDGE = {
  listen: '127.0.0.1:1',
  innerListen: '127.0.0.1:4',
  gateways: ['127.0.0.1:2', '127.0.0.1:3'],
  folder: '/edge',
  certificate: '/c',
  key: '/k',
  bind: '127.0.0.2',
  limits: USUAL_LIMITS,
}

test('the template asks for what the settings know, and for all of it', () => {
  const asked = [...template.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name)
  expect([...new Set(asked)].sort()).toEqual(Object.keys(edgeVariables(EDGE)).sort())
  expect(fillTemplate(template, edgeVariables(EDGE))).not.toContain('${')
  expect(() => fillTemplate(`\${SEGUE_NGINX_OTHER}`, {})).toThrow('SEGUE_NGINX_OTHER')
})

test('both ends of all that is in hand have a descriptor, though one worker had all of it, and whoever only connects has some', () => {
  const { filesOfAWorker, requestsInHand } = USUAL_LIMITS
  // NGINX begins to close what asks for nothing when a sixteenth is left.
  expect(2 * requestsInHand).toBeLessThan(filesOfAWorker - filesOfAWorker / 16)
})

test('a block that sets a header for gateways sets those that keep clients from forging one', () => {
  const [outer = '', socket = ''] = template.split('location = /ws')
  for (const header of ['X-Forwarded-For $remote_addr', 'Forwarded ""', 'X-Real-IP ""', 'Host $http_host'])
    for (const block of [outer, socket.split('\n    }\n')[0]]) expect(block).toContain(`proxy_set_header ${header};`)
})
