import { expect, test } from 'vitest'
import { addressOf, addressVariable, LOGIN_ROLES, withLoginsOf } from './roles.ts'

test('an address of a role is that of the admin with another name and password', () => {
  const address = (login: string) => `postgres://${login}@db.example:5433/music?sslmode=require`
  expect(addressOf(address('segue:pw'), 'segue_gateway', 'other')).toBe(address('segue_gateway:other'))
})

test('what is no address stays as it is, for the reading of the environment to complain of', () => {
  expect(addressOf('db.example', 'segue_gateway', 'other')).toBe('db.example')
})

test('a program is given the addresses of its own roles, and the others are empty', () => {
  const env = Object.fromEntries(['SEGUE_POSTGRES_URL', ...LOGIN_ROLES.map(addressVariable)].map((name) => [name, 'x']))
  const given = Object.entries(withLoginsOf({ ...env, SEGUE_REDIS_URL: 'r' }, ['gateway'])).filter(
    ([, value]) => value !== '',
  )
  expect(given).toEqual([
    ['SEGUE_POSTGRES_GATEWAY_URL', 'x'],
    ['SEGUE_REDIS_URL', 'r'],
  ])
})
