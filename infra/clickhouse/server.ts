/** Owns how ClickHouse is started natively: its engine in a process of its own, behind ClickHouse's HTTP interface. */

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { probeHttp } from '../stack/http-probe.ts'
import { MEMORY } from '../stack/memory.ts'
import { nodeProgram } from '../stack/node-program.ts'
import { definePart } from '../stack/part.ts'
import { versionInPackage } from '../stack/pinned-version.ts'

export const CLICKHOUSE_USER = 'segue'
/** May look at everything and change nothing: for reports. */
export const CLICKHOUSE_READER = 'segue_reader'

/** That of chdb. */
export const ENGINE_VERSION = '26.7'

export const clickhouseServer = definePart({
  name: 'clickhouse',
  title: 'ClickHouse',
  version: async () => `${ENGINE_VERSION} (chdb ${await versionInPackage('chdb')})`,
  ports: ['clickhouse'],
  stopSignal: 'SIGTERM',
  stopWithinMs: 8_000,
  startWithinMs: 60_000,
  async prepare({ folder }) {
    await mkdir(join(folder, 'data'), { recursive: true })
  },
  async launch({ host, ports, folder, secrets, env }) {
    return nodeProgram('infra/clickhouse/bridge/main.ts', {
      ...env,
      SEGUE_CLICKHOUSE_HOST: host,
      SEGUE_CLICKHOUSE_PORT: String(ports.clickhouse),
      SEGUE_CLICKHOUSE_PATH: join(folder, 'data'),
      // An analyst with a machine to himself may give it more.
      SEGUE_CLICKHOUSE_MEMORY_MB: env.SEGUE_CLICKHOUSE_MEMORY_MB ?? String(MEMORY.clickhouse.toldMb),
      SEGUE_CLICKHOUSE_USER: CLICKHOUSE_USER,
      SEGUE_CLICKHOUSE_PASSWORD: secrets.clickhouse_password,
      SEGUE_CLICKHOUSE_READER: CLICKHOUSE_READER,
      SEGUE_CLICKHOUSE_READER_PASSWORD: secrets.clickhouse_reader_password,
    })
  },
  async probe({ host, ports }) {
    await probeHttp(`http://${host}:${ports.clickhouse}/ping`, 'Ok.\n')
  },
})
