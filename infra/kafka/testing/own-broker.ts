/** Owns a broker of a test's own: one that may be killed, or written to by whoever likes. */

import { appendFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Child } from '../../stack/child.ts'
import type { EnvRecord } from '../../stack/env-file.ts'
import { stackEnvironment } from '../../stack/environment.ts'
import { cacheFolder } from '../../stack/folders.ts'
import { propertiesText } from '../../stack/java-properties.ts'
import { freePorts, HOST } from '../../stack/ports.ts'
import { ensureSecrets } from '../../stack/secrets.ts'
import { startPart } from '../../stack/start-part.ts'
import type { KafkaConfig } from '../config.ts'
import { brokerSettings, kafkaServer, ownBroker } from '../server.ts'

export interface BrokerPlace {
  /** As its admin. */
  readonly admin: KafkaConfig
  /** Where it is, and the passwords of everybody. */
  readonly env: EnvRecord
  readonly controllerPort: number
  /** What it had it has again. */
  start(): Promise<Child>
  forget(): Promise<void>
}

type Settings = ReturnType<typeof brokerSettings>

/** @param more settings, beside the usual ones or in place of them */
export async function findBrokerPlace(more: (usual: Settings) => Settings = () => ({})): Promise<BrokerPlace> {
  const folder = await mkdtemp(join(tmpdir(), 'segue-broker-'))
  const ports = await freePorts()
  const secrets = await ensureSecrets(join(folder, 'secrets.json'))
  const env = stackEnvironment(ports, secrets, {})
  const context = { host: HOST, ports, secrets, folder, cacheDir: cacheFolder(process.env), env }
  return {
    admin: ownBroker(context),
    env,
    controllerPort: ports.kafkaController,
    start: () =>
      startPart({
        definition: {
          ...kafkaServer,
          async prepare(own) {
            await kafkaServer.prepare?.(own)
            // Of two lines with one name Java takes the last.
            await appendFile(join(folder, 'server.properties'), propertiesText(more(brokerSettings(own))))
          },
        },
        context,
        logFile: join(folder, 'kafka.log'),
        signal: new AbortController().signal,
        async onSpawn() {},
      }),
    forget: () => rm(folder, { recursive: true, force: true }),
  }
}
