/** Owns what the command tells the script that k6 runs: plain JSON, read by each generator from a file. */

import type { RoleName, ScenarioName } from './scenarios.ts'

export interface LoadSettings {
  readonly scenario: ScenarioName
  /** Of the gateways, `ws://…` or `wss://…`: a client takes the next one at each attempt. */
  readonly urls: readonly string[]
  /** By way of the slow lines, for those who are behind one. */
  readonly slowUrls: readonly string[]
  readonly clients: Readonly<Partial<Record<RoleName, number>>>
  readonly clientsOfAVu: number
  readonly seconds: number
  /** A JSON array of access tokens, one a client. */
  readonly tokensFile: string
  readonly fetchAudio: boolean
  /** In place of those of the scenario, or beside them. */
  readonly thresholds: Readonly<Record<string, readonly string[]>>
  /** Where the summary goes. */
  readonly reportFolder: string
  /** What the numbers were seen on. */
  readonly conditions: Readonly<Record<string, string>>
}
