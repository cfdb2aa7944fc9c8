/** Owns the making of Kafka clients: by TLS or in clear, as whom they sign in, and the way their log lines join ours. */

import { type AdminConfig, type ConsumerConfig, Kafka, logLevel, type ProducerConfig, type SASLOptions } from 'kafkajs'
import type { Logger } from '../runtime/log.ts'
import type { KafkaConfig, KafkaLogin } from './config.ts'
import { TLS_VARIABLES, tlsOptions } from './tls.ts'

const CONNECTION_TIMEOUT_MS = 2_000
const REQUEST_TIMEOUT_MS = 4_000

/** @param clientId names the process in the broker's logs. */
export function createKafka({ brokers, tls, login }: KafkaConfig, clientId: string, log?: Logger): Kafka {
  return new SignedInKafka(login, {
    clientId,
    brokers: [...brokers],
    ...(tls === undefined ? {} : { ssl: tlsOptions(tls) }),
    ...(login === undefined ? {} : { sasl: saslOf(login) }),
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    logLevel: logLevel.WARN,
    // The library says "error" of what it will retry; what ends in failure is thrown, and logged by whoever catches it.
    logCreator: () => (entry) => log?.debug({ kafka: entry.log, namespace: entry.namespace }, entry.log.message),
  })
}

function saslOf({ mechanism, user, password }: KafkaLogin): SASLOptions {
  return { mechanism, username: user, password: password.reveal() } as SASLOptions
}

/** Says of a sign-in that is refused whose it was, and which variable mends it: the library knows neither. */
class SignedInKafka extends Kafka {
  readonly #login: KafkaLogin | undefined

  constructor(login: KafkaLogin | undefined, config: ConstructorParameters<typeof Kafka>[0]) {
    super(config)
    this.#login = login
  }

  override producer(config?: ProducerConfig) {
    return this.#told(super.producer(config))
  }

  override consumer(config: ConsumerConfig) {
    return this.#told(super.consumer(config))
  }

  override admin(config?: AdminConfig) {
    return this.#told(super.admin(config))
  }

  #told<Client extends { connect(): Promise<void> }>(client: Client): Client {
    const connect = client.connect
    const login = this.#login
    return Object.assign(client, {
      async connect() {
        try {
          await connect()
        } catch (cause) {
          if (login !== undefined && isRefusal(cause)) throw new Error(refusal(login), { cause })
          throw isDistrust(cause) ? new Error(`${cause.message}: ${DISTRUST}`, { cause }) : cause
        }
      },
    })
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === 'KafkaJSSASLAuthenticationError'
}

/** Said by Node of a certificate that it was shown, and of one that it should have shown. */
const isDistrust = (error: unknown): error is Error => error instanceof Error && /certificate/i.test(error.message)

const DISTRUST = `set ${TLS_VARIABLES.authority} to who signs the certificates of the brokers, and ${TLS_VARIABLES.certificate} where they ask for one`

function refusal({ mechanism, user, variable }: KafkaLogin): string {
  return `Kafka does not let ${user} in by ${mechanism}: set ${variable} to the password that the broker has of it, and SEGUE_KAFKA_SASL to what the broker speaks`
}
