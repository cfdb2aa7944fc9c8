/** Owns `segue token`: an access token of one of the demo people, for a player that has no sign-in of its own yet. */

import { Argument, Command } from 'commander'
import { readEnv } from '../runtime/env.ts'
import { StackProblem } from '../stack/problem.ts'
import { gatewayOrigin } from './config.ts'
import { PEOPLE, userNameOf } from './people.ts'
import { signIn } from './sign-in.ts'

export function tokenCommand(): Command {
  return new Command('token')
    .description('sign in as one of the demo people, and print an access token, which is good for ten minutes')
    .addArgument(new Argument('<person>', 'who').choices(PEOPLE.map(userNameOf)))
    .action(async (name: string) => console.log(await tokenOf(name)))
}

async function tokenOf(name: string): Promise<string> {
  const { issuerUrl, origin } = readEnv(process.env, (read) => ({
    issuerUrl: read.url('SEGUE_ISSUER_URL', ['http', 'https']),
    origin: gatewayOrigin(read),
  }))
  const person = PEOPLE.find((one) => userNameOf(one) === name)
  const accountId = person?.accountId ?? name
  try {
    return (await signIn({ issuerUrl, redirectUri: `${origin}/`, accountId })).accessToken
  } catch (cause) {
    throw new StackProblem(
      `${issuerUrl} gives no token without a password: run npm start without --keycloak, or sign in at the page of the player`,
      cause,
    )
  }
}
