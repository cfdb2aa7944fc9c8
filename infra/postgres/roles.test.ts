import { expect, test } from 'vitest'
import { addressOf, addressVariable, foreignAddresses, LOGIN_ROLES } from './roles.ts'

test('an address of a role is that of the admin with another name and password', () => {
  const address = (login: string) => `postgres://${login}@db.example:5433/music?sslmode=require`
  expect(addressOf(address('segue:pw'), 'segue_gateway', 'other')).toBe(address('segue_gateway:other'))
})

test('what is no address stays as it is, for the reading of the environment to complain of', () => {
  expect(addressOf('db.example', 'segue_gateway', 'other')).toBe('db.example')
})

test('all addresses but those of its own roles are foreign to a program', () => {
  const foreign = foreignAddresses(['gateway'])
  const all = ['SEGUE_POSTGRES_URL', ...LOGIN_ROLES.map(addressVariable)]
  expect(all.filter((name) => !foreign.includes(name))).toEqual(['SEGUE_POSTGRES_GATEWAY_URL'])
})
