/** Owns which databases of addresses are asked, and in which format each of them is. */

import type { Logger } from '../runtime/log.ts'
import { openCsv } from './csv.ts'
import { type GeoIp, NOTHING_KNOWN } from './geoip.ts'
import { openMmdb } from './mmdb.ts'

/** By the end of the name of a file; another format is another row. */
const FORMATS: Readonly<Record<string, (path: string) => Promise<GeoIp>>> = { '.mmdb': openMmdb, '.csv': openCsv }

/**
 * Reads every file once; networks and places often come in two. Without any, nothing is known of anybody, which is said.
 * @throws {Error} when a file that is named cannot be used.
 */
export async function openGeoIp(paths: readonly string[], log: Logger): Promise<GeoIp> {
  if (paths.length === 0) log.info('SEGUE_GEOIP_FILES names no database: networks and places of players are not known')
  const all = await Promise.all(paths.map(openFile))
  return {
    look(address) {
      let { asn, place, name } = NOTHING_KNOWN
      for (const each of all) {
        const facts = each.look(address)
        asn ??= facts.asn
        place ??= facts.place
        name ??= facts.name
      }
      return { asn, place, name }
    },
  }
}

async function openFile(path: string): Promise<GeoIp> {
  const format = Object.keys(FORMATS).find((end) => path.endsWith(end))
  const open = format === undefined ? undefined : FORMATS[format]
  if (open === undefined)
    throw new Error(`SEGUE_GEOIP_FILES: ${path} ends with none of ${Object.keys(FORMATS).join(', ')}`)
  try {
    return await open(path)
  } catch (cause) {
    throw new Error(`SEGUE_GEOIP_FILES: ${path} cannot be used: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    })
  }
}
