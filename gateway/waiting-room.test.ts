import { describe, expect, it } from 'vitest'
import { createWaitingRoom, type Guest, type Purpose } from './waiting-room.ts'

const SHARE = 2
const guest = (address: string, purpose: Purpose = 'sign_in'): Guest => ({ address, purpose })

function filled(addresses: readonly string[]) {
  const room = createWaitingRoom<Guest>(SHARE)
  const guests = addresses.map((address) => guest(address))
  for (const one of guests) room.enter(one)
  return { room, guests }
}

describe('G2 the room of those who have no session yet', () => {
  it('lets the oldest silent one of the fullest address go first, down to the share of an address', () => {
    const { room, guests } = filled(['b', 'a', 'a', 'a', 'a'])
    expect(room.toLetGo('sign_in', 'c')).toBe(guests[1])
    room.leave(guests[1] as Guest)
    expect(room.toLetGo('sign_in', 'c')).toBe(guests[2])
    room.leave(guests[2] as Guest)
    expect(room.toLetGo('sign_in', 'c')).toBe(undefined)
    expect(room.waiting('sign_in')).toBe(3)
  })

  it('lets nobody go for one more of the fullest address', () => {
    const { room } = filled(['a', 'a', 'a', 'a', 'b', 'b', 'b'])
    expect(room.toLetGo('sign_in', 'a')).toBe(undefined)
    expect(room.toLetGo('sign_in', 'b')).toBe(undefined)
  })

  it('lets nobody go who has asked for a session', () => {
    const { room, guests } = filled(['a', 'a', 'a', 'a'])
    for (const one of guests) room.spoke(one)
    expect(room.toLetGo('sign_in', 'c')).toBe(undefined)
    expect(room.waiting('sign_in')).toBe(4)
  })

  it('keeps those who resume apart', () => {
    const { room, guests } = filled(['a', 'a', 'a', 'a'])
    room.enter(guest('b', 'resume'))
    expect(room.waiting('resume')).toBe(1)
    expect(room.toLetGo('resume', 'c')).toBe(undefined)
    for (const one of guests) room.leave(one)
    expect([room.waiting('sign_in'), room.waiting('resume')]).toEqual([0, 1])
  })

  it('knows the fullest address whoever comes and goes', () => {
    const { room, guests } = filled(['a', 'a', 'a', 'b', 'b', 'b', 'b'])
    for (const one of guests.slice(3)) room.spoke(one)
    expect(room.toLetGo('sign_in', 'c')).toBe(guests[0])
    room.enter(guests[6] as Guest)
    expect(room.toLetGo('sign_in', 'c')).toBe(guests[0])
  })
})
