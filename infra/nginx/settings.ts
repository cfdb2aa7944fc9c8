/** Owns what may be set of the edge: the names of nginx.conf.template, what they usually are, and the file that comes of them. */

/** The upstream lines that are the same for every gateway: whoever refuses twice is left alone for two seconds. */
const PATIENCE = 'max_fails=2 fail_timeout=2s'

export interface Edge {
  readonly listen: string
  /** Where it says how it is, to the machines around it: nobody else may reach that. */
  readonly innerListen: string
  /** `host:port` of each. */
  readonly gateways: readonly string[]
  /** Where its process id and what it buffers lie. */
  readonly folder: string
  readonly certificate: string
  readonly key: string
  /** The address that gateways see it come from; '' leaves that to the system. */
  readonly bind: string
  readonly limits: Limits
}

export interface Limits {
  readonly filesOfAWorker: number
  /** Of all clients at once, sockets among them: each has two files, and any worker may come to have all of them. */
  readonly requestsInHand: number
  /** Connections of one IPv4 address or IPv6 /64: whole houses, and offices, are behind one. */
  readonly connectionsOfANetwork: number
  readonly socketsPerSecond: number
  readonly socketsAtOnce: number
  readonly requestsPerSecond: number
  readonly requestsAtOnce: number
  /** For a whole header, and between two parts of a body. */
  readonly requestSeconds: number
  /** Without a byte taken by the client. */
  readonly sendSeconds: number
}

export const USUAL_LIMITS: Limits = {
  filesOfAWorker: 16_384,
  requestsInHand: 7_000,
  connectionsOfANetwork: 512,
  socketsPerSecond: 50,
  socketsAtOnce: 200,
  requestsPerSecond: 100,
  requestsAtOnce: 300,
  requestSeconds: 10,
  sendSeconds: 30,
}

/** Every `SEGUE_NGINX_…` of the template. */
export function edgeVariables({ limits, ...edge }: Edge): Readonly<Record<string, string>> {
  return {
    SEGUE_NGINX_LISTEN: edge.listen,
    SEGUE_NGINX_INNER_LISTEN: edge.innerListen,
    SEGUE_NGINX_GATEWAYS: edge.gateways.map((address) => `server ${address} ${PATIENCE};`).join(' '),
    // A name that stands for several is asked for again only where there is somebody to ask.
    SEGUE_NGINX_RESOLVER: '',
    SEGUE_NGINX_FOLDER: edge.folder,
    SEGUE_NGINX_CERTIFICATE: edge.certificate,
    SEGUE_NGINX_KEY: edge.key,
    SEGUE_NGINX_BIND: edge.bind === '' ? '' : `proxy_bind ${edge.bind};`,
    SEGUE_NGINX_FILES_OF_A_WORKER: String(limits.filesOfAWorker),
    SEGUE_NGINX_REQUESTS_IN_HAND: String(limits.requestsInHand),
    SEGUE_NGINX_CONNECTIONS_OF_A_NETWORK: String(limits.connectionsOfANetwork),
    SEGUE_NGINX_SOCKETS_PER_SECOND: String(limits.socketsPerSecond),
    SEGUE_NGINX_SOCKETS_AT_ONCE: String(limits.socketsAtOnce),
    SEGUE_NGINX_REQUESTS_PER_SECOND: String(limits.requestsPerSecond),
    SEGUE_NGINX_REQUESTS_AT_ONCE: String(limits.requestsAtOnce),
    SEGUE_NGINX_REQUEST_SECONDS: String(limits.requestSeconds),
    SEGUE_NGINX_SEND_SECONDS: String(limits.sendSeconds),
  }
}

/** @throws {Error} naming what the template asks for and `variables` lack. */
export function fillTemplate(template: string, variables: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\$\{(SEGUE_NGINX_[A-Z_]+)\}/g, (_, name: string) => {
    const value = variables[name]
    if (value === undefined) throw new Error(`nginx.conf.template asks for ${name}, which settings.ts does not know`)
    return value
  })
}
