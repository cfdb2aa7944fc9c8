/** Owns sessions that are signed in and say nothing: what each costs in memory, from the first thousand to as many as a process may hold. */

import { setTimeout as wait } from 'node:timers/promises'
import { freePorts } from '../../../infra/stack/ports.ts'
import { collectGarbage, type Memory, memoryOf } from '../memory.ts'
import { bringIn, type Rig, withServer } from '../rig.ts'
import type { Work } from './work.ts'

const STEPS = { usual: [1_000, 10_000, 19_000], quick: [100, 200, 400] } as const
/** What follows a sign-in, saves among it, is done by then. */
const SETTLE_MS = { usual: 4_000, quick: 500 }
const MIB = 1024 * 1024

export const idle: Work = {
  title: 'sessions that are signed in and idle',
  servers: ['uws', 'uws-session', 'segue', 'ws', 'socketio', 'centrifugo'],
  figures: {
    rss_bytes: 'RSS a session from 10,000 to 19,000, bytes',
    rss_bytes_below: 'from 1,000 to 10,000, bytes',
    rss_mib: 'RSS with all, MiB',
    slab_bytes: 'kernel slab a connection, both ends, bytes',
    buffer_bytes: 'socket buffers a connection, bytes',
    sessions: 'sessions',
  },
  compared: 'rss_bytes',
  async run(rig, name, note) {
    const of = rig.quick ? 'quick' : 'usual'
    const inspector = (await freePorts()).workers
    const isNode = name !== 'centrifugo'
    const changes = {
      flags: isNode ? [`--inspect=127.0.0.1:${inspector}`] : [],
      // Nobody says anything, and nobody is to be missed.
      env: { SEGUE_HEARTBEAT_INTERVAL_MS: '120000', SEGUE_LEASE_MS: '600000' },
    }
    return await withServer(rig, name, changes, async (server) => {
      const at: Memory[] = []
      let there = 0
      for (const sessions of STEPS[of]) {
        note(`to ${sessions} sessions`)
        await bringIn(rig, {
          ...{ name, ports: [server.port], clients: sessions - there, chatter: 'heartbeat', plays: false },
        })
        there = sessions
        await settled(rig, isNode ? inspector : undefined, SETTLE_MS[of])
        at.push(await memoryOf(server.pid))
      }
      const [low, middle, high] = at as [Memory, Memory, Memory]
      const [first, second, third] = STEPS[of]
      const each = (from: Memory, to: Memory, sessions: number, what: keyof Memory) =>
        (to[what] - from[what]) / sessions
      return {
        rss_bytes: each(middle, high, third - second, 'rssBytes'),
        rss_bytes_below: each(low, middle, second - first, 'rssBytes'),
        rss_mib: high.rssBytes / MIB,
        slab_bytes: each(middle, high, third - second, 'slabBytes'),
        buffer_bytes: each(middle, high, third - second, 'socketBufferBytes'),
        sessions: there,
      }
    })
  },
}

/** Twice: what the first collection frees may hold more. */
async function settled(rig: Rig, inspector: number | undefined, ms: number): Promise<void> {
  await wait(ms, undefined, { signal: rig.yard.signal })
  if (inspector === undefined) return
  await collectGarbage(inspector)
  await collectGarbage(inspector)
}
