/** Owns the start of the player page: who is signed in, and so what is shown. */

import { getJson, pageConfig } from '../gateway-api.ts'
import { openSignIn } from '../sign-in.ts'
import { brokenPage, SIGNED_OUT, welcome } from '../top-bar.ts'
import type { Catalog } from './catalog.ts'
import { showPlayer } from './player-page.ts'

const marks = document.documentElement.dataset

async function start(): Promise<void> {
  const config = await pageConfig()
  const signIn = await openSignIn(config, config.client_id)
  const { account } = signIn
  if (account === undefined) {
    marks.state = 'signed-out'
    const begin = () => void signIn.begin().catch(broken)
    const sentence = signIn.wasLost ? SIGNED_OUT : 'Music that keeps going, from one track into the next.'
    document.body.replaceChildren(welcome(sentence, 'Sign in', begin))
    return
  }
  const catalog = await getJson<Catalog>('/api/catalog', await signIn.token())
  showPlayer(config, signIn, account, catalog)
}

function broken(error: unknown): void {
  console.error(error)
  marks.state = 'broken'
  document.body.replaceChildren(brokenPage(error))
}

start().catch(broken)
