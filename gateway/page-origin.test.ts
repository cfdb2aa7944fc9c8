import { describe, expect, it } from 'vitest'
import { createPageOrigins } from './page-origin.ts'

const mayOpen = createPageOrigins(['https://partner.example'])

describe('a socket is opened by', () => {
  it.each([
    ['what is no browser', '', 'music.example'],
    ['a page of the gateway', 'https://music.example', 'music.example'],
    ['a page of the gateway at a port of its own', 'https://music.example:8443', 'music.example:8443'],
    ['a page that is named', 'https://partner.example', 'music.example'],
    ['a page of this machine at a gateway of this machine', 'http://localhost:5173', '127.0.0.1:18080'],
  ])('%s', (_who, origin, host) => {
    expect(mayOpen(origin, host)).toBe(true)
  })
})

describe('no socket is opened by', () => {
  it.each([
    ['a page of elsewhere', 'https://evil.example', 'music.example'],
    ['a page whose name only begins so', 'https://music.example.evil.example', 'music.example'],
    ['a page of another port', 'https://music.example:8444', 'music.example'],
    ['a page that is named, by another scheme', 'http://partner.example', 'music.example'],
    ['a page without an origin', 'null', 'music.example'],
    ['a page of the listener’s own machine', 'http://localhost:5173', 'music.example'],
    ['a page of elsewhere, at a gateway of this machine', 'https://evil.example', '127.0.0.1:18080'],
    ['what is no origin', 'music.example', 'music.example'],
  ])('%s', (_who, origin, host) => {
    expect(mayOpen(origin, host)).toBe(false)
  })
})
