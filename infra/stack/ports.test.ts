/** Owns the test of the ports: chosen, configured, and in use. */

import { createServer, type Server } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { listeningInode } from './port-holder.ts'
import { freePorts, HOST, portProblem, portsFrom, requireFreePorts } from './ports.ts'

let taken: Server | undefined

afterEach(() => {
  taken?.close()
  taken = undefined
})

async function take(port: number): Promise<void> {
  const server = createServer()
  taken = server
  await new Promise<void>((resolve) => server.listen(port, HOST, resolve))
}

describe('ports', () => {
  test('come from the environment where it names one, else from the table', () => {
    const ports = portsFrom({ SEGUE_REDIS_PORT: '7000' })
    expect(ports).toMatchObject({ redis: 7000, postgres: 15432, kafka: 19092, gateway: 18080 })
  })

  test('that are no ports are all reported by their variable', () => {
    const read = () => portsFrom({ SEGUE_REDIS_PORT: 'x', SEGUE_MINIO_PORT: '70000' })
    expect(read).toThrow('SEGUE_REDIS_PORT')
    expect(read).toThrow('SEGUE_MINIO_PORT')
  })

  test('chosen free are different and can be listened on', async () => {
    const ports = await freePorts()
    expect(new Set(Object.values(ports)).size).toBe(Object.keys(ports).length)
    await requireFreePorts(ports, ['postgres', 'redis', 'gateway'])
  })

  test('in use are told with what wanted them, who has them and the variable that sets another', async () => {
    const ports = await freePorts()
    await take(ports.postgres)
    await expect(requireFreePorts(ports, ['redis', 'postgres'])).rejects.toThrow(
      new RegExp(
        `^port ${ports.postgres}, which PostgreSQL wants, is in use by .+ \\(pid ${process.pid}\\): .*SEGUE_POSTGRES_PORT`,
      ),
    )
  })

  test('wanted twice are told', async () => {
    const ports = { ...(await freePorts()), redis: 25_001, minio: 25_001 }
    await expect(requireFreePorts(ports, ['redis', 'minio'])).rejects.toThrow(
      'port 25001 is wanted by Redis and by MinIO: set SEGUE_MINIO_PORT to another',
    )
  })

  test('whose holder cannot be seen, or that are reserved, have a line of their own', () => {
    expect(portProblem('kafka', 19_092, 'EADDRINUSE', undefined)).toBe(
      'port 19092, which Kafka wants, is in use: end that program, or set SEGUE_KAFKA_PORT to a free port',
    )
    expect(portProblem('gateway', 80, 'EACCES', undefined)).toContain('reserved for root')
  })

  test('are found in the table of sockets by listening state alone', () => {
    const table = [
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
      '   0: 0100007F:3C48 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 111 1',
      '   1: 0100007F:3C48 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 222 1',
    ].join('\n')
    expect(listeningInode(table, 15_432)).toBe('222')
    expect(listeningInode(table, 15_433)).toBeUndefined()
  })
})
