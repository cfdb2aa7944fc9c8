/** Owns `segue announce`: whoever runs the service says something to everybody who listens now. */

import { Argument, Command, InvalidArgumentError } from 'commander'
import { LONGEST_NOTICE } from '../../protocol/messages/notice.ts'
import { createRedis } from '../redis/client.ts'
import { redisConfig } from '../redis/config.ts'
import { tellAllGateways } from '../redis/gateway-channel.ts'
import { readEnv } from '../runtime/env.ts'
import { createLogger } from '../runtime/log.ts'
import { StackProblem } from '../stack/problem.ts'

export function announceCommand(): Command {
  return new Command('announce')
    .description('say something to everybody who listens now, such as that audio is away and when it will be back')
    .addArgument(new Argument('<text>', `in English, of at most ${LONGEST_NOTICE} characters`).argParser(noticeText))
    .action(async (text: string) => {
      const gateways = await announce(text)
      console.log(`Said by ${gateways} gateway${gateways === 1 ? '' : 's'} to everybody there: ${text}`)
    })
}

function noticeText(text: string): string {
  const said = text.trim()
  if (said === '') throw new InvalidArgumentError('say something')
  if (said.length <= LONGEST_NOTICE) return said
  throw new InvalidArgumentError(`${said.length} characters are too many: at most ${LONGEST_NOTICE}`)
}

async function announce(text: string): Promise<number> {
  const redis = createRedis(readEnv(process.env, redisConfig), createLogger('announce', 'fatal'))
  try {
    const gateways = await tellAllGateways(redis, {
      kind: 'announced',
      message: { type: 'notice', notice: 'service', text },
    })
    if (gateways === 0) throw new StackProblem('no gateway hears it: is one running, and does it reach this Redis?')
    return gateways
  } finally {
    redis.disconnect()
  }
}
