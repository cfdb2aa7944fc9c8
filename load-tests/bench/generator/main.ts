/** Owns the generator of the bench: a process that holds the clients, takes orders, and ends with who started it. */

import { takeOrders } from '../../told-process.ts'
import type { Answer, Order, Progress } from '../orders.ts'
import { Crowd } from './crowd.ts'

const PROGRESS_MS = 250

const crowd = new Crowd()

async function obey(order: Order): Promise<Answer> {
  switch (order.do) {
    case 'connect':
      await crowd.connect(order, order.atOnce, order.withinMs)
      break
    case 'resume':
      await crowd.resume(order.atOnce, order.withinMs)
      break
    case 'pump':
      crowd.pump(order.window)
      break
    case 'pace':
      crowd.pace(order.perSecond)
      break
    case 'listen':
      crowd.listen()
      break
    case 'hear':
      await crowd.hear(order.deliveries, order.withinMs)
      break
    case 'rest':
      await crowd.rest(order.withinMs)
      break
    case 'leave':
      crowd.leave()
      break
    case 'take':
      break
  }
  return crowd.take()
}

const say = takeOrders<Order, Answer, Progress>(obey)
setInterval(() => say({ present: crowd.present }), PROGRESS_MS)
