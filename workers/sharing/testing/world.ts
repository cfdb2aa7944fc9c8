/** Owns the worlds of the traces: towns with their providers, and VPNs. The second shares nothing with the first. */

import type { Place } from '../detector/play-event.ts'

export interface Town extends Place {
  readonly country: string
}

export interface World {
  readonly towns: readonly Town[]
  /** By country: fixed lines, and mobile networks. */
  readonly fixed: Readonly<Record<string, readonly number[]>>
  readonly mobile: Readonly<Record<string, readonly number[]>>
  /** Networks of VPNs, and where they come out. */
  readonly vpns: readonly number[]
}

const town = (country: string, lat: number, lon: number): Town => ({ country, lat, lon })

export const FIRST_WORLD: World = {
  towns: [
    town('US', 40.71, -74.01),
    town('US', 41.88, -87.63),
    town('US', 34.05, -118.24),
    town('US', 39.95, -75.17),
    town('US', 29.76, -95.37),
    town('DE', 52.52, 13.41),
    town('DE', 53.55, 9.99),
    town('DE', 48.14, 11.58),
    town('DE', 50.94, 6.96),
    town('FR', 48.86, 2.35),
    town('FR', 45.76, 4.84),
    town('FR', 43.3, 5.37),
    town('GB', 51.51, -0.13),
    town('GB', 53.48, -2.24),
    town('GB', 55.95, -3.19),
    town('BR', -23.55, -46.63),
    town('BR', -22.91, -43.17),
  ],
  fixed: {
    US: [7922, 20115, 701, 7018],
    DE: [3320, 31334, 8881],
    FR: [3215, 12322, 15557],
    GB: [2856, 5089, 5607],
    BR: [28573, 27699, 18881],
  },
  // Some of them are in the table of known networks, some are not.
  mobile: { US: [21928, 64801], DE: [64802, 64803], FR: [51207, 64804], GB: [12576, 64805], BR: [26615, 64806] },
  vpns: [9009, 212238, 60068, 64901, 64902, 13335],
}

export const SECOND_WORLD: World = {
  towns: [
    town('IN', 19.08, 72.88),
    town('IN', 12.97, 77.59),
    town('IN', 28.61, 77.21),
    town('JP', 35.68, 139.69),
    town('JP', 34.69, 135.5),
    town('ES', 40.42, -3.7),
    town('ES', 41.39, 2.17),
    town('ES', 37.39, -5.98),
    town('AU', -33.87, 151.21),
    town('AU', -37.81, 144.96),
    town('CA', 43.65, -79.38),
    town('CA', 45.5, -73.57),
    town('PL', 52.23, 21.01),
    town('PL', 50.06, 19.94),
    town('MX', 19.43, -99.13),
    town('MX', 20.67, -103.35),
  ],
  fixed: {
    IN: [64520, 64521],
    JP: [64530, 64531, 64532],
    ES: [64540, 64541],
    AU: [64550, 64551],
    CA: [64560, 64561, 64562],
    PL: [64570, 64571],
    MX: [64580, 64581],
  },
  mobile: { IN: [64620], JP: [64630, 64631], ES: [64640], AU: [64650], CA: [64660], PL: [64670], MX: [64680] },
  vpns: [64701, 64702, 64703, 16276],
}
