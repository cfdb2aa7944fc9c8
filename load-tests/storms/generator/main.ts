/** Owns a generator process: takes orders from the bench that started it, and ends with it. */

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { takeOrders } from '../../told-process.ts'
import type { Answer, GeneratorLoad, Order, Presence } from '../orders.ts'
import { Fleet } from './fleet.ts'

const PROGRESS_MS = 250
const LOOP_RESOLUTION_MS = 5

let fleet: Fleet | undefined
const loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS })
loop.enable()

function load(): GeneratorLoad {
  const answer = { loopDelayP99Ms: loop.percentile(99) / 1e6, loopDelayMaxMs: loop.max / 1e6 }
  loop.reset()
  return answer
}

async function obey(order: Order): Promise<Answer> {
  if (order.do === 'raise') {
    fleet?.leave()
    fleet = new Fleet(order)
  }
  if (fleet === undefined) throw new Error('there is no fleet yet')
  const state = () => ({ present: fleet?.present ?? 0, due: 0 })
  switch (order.do) {
    case 'raise':
      return state()
    case 'sign-in':
      await fleet.signIn(order.perSecond, order.withinMs)
      return state()
    case 'jitter':
      await fleet.jitter(order.onlineMs, order.awayMs, order.forMs, order.withinMs)
      return state()
    case 'aim':
      fleet.aim(order.ports, order.waits)
      return state()
    case 'busy':
      await fleet.busy(order.forMs)
      return state()
    case 'release':
      fleet.release()
      return state()
    case 'await-all':
      await fleet.untilBack(order.withinMs)
      return state()
    case 'settle':
      return { ...state(), due: await fleet.settle(order.withinMs), ackedEvents: fleet.ackedEvents }
    case 'tally':
      return { ...state(), tally: fleet.takeTally(), load: load() }
    case 'leave':
      fleet.leave()
      return state()
  }
}

const say = takeOrders<Order, Answer, Presence>(obey)
setInterval(() => say({ present: fleet?.present ?? 0 }), PROGRESS_MS)
