/** Owns the list of proxies that the gateway believes: addresses and networks, of the environment. */

import { BlockList, isIP } from 'node:net'
import type { EnvReader } from '../infra/runtime/env.ts'

/** None unless some are named: then everybody is who their socket says. */
export function trustedProxies(read: EnvReader, name: string): BlockList {
  const trusted = new BlockList()
  for (const word of read.list(name, [])) {
    if (!add(trusted, word)) {
      read.refuse(`${name}: '${word}' is no address and no network, as 10.0.0.7, 10.0.0.0/24 or fd00::/8`)
    }
  }
  return trusted
}

function add(trusted: BlockList, word: string): boolean {
  const [address = '', length, ...rest] = word.split('/')
  const bits = isIP(address) === 4 ? 32 : 128
  const family = bits === 32 ? 'ipv4' : 'ipv6'
  if (isIP(address) === 0 || rest.length > 0) return false
  if (length === undefined) {
    trusted.addAddress(address, family)
    return true
  }
  // Everybody would be believed by /0.
  if (!/^\d{1,3}$/.test(length) || Number(length) < 1 || Number(length) > bits) return false
  trusted.addSubnet(address, Number(length), family)
  return true
}
