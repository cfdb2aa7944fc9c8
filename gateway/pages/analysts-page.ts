/** Owns the start of a page for analysts: who is not signed in, or is not one, is told so. */

import { pageConfig } from './gateway-api.ts'
import { openSignIn, type SignIn } from './sign-in.ts'
import { brokenPage, SIGNED_OUT, signOutOf, topBar, welcome } from './top-bar.ts'

export interface AnalystsPage {
  /** Told to who is not signed in. */
  readonly about: string
  /** What is for analysts, as a sentence begins with it. */
  readonly what: string
  show(signIn: SignIn): { readonly board: HTMLElement; refresh?(): Promise<void> }
}

const marks = document.documentElement.dataset

export function startAnalystsPage(page: AnalystsPage): void {
  start(page).catch(broken)
}

async function start({ about, what, show }: AnalystsPage): Promise<void> {
  const config = await pageConfig()
  const signIn = await openSignIn(config, config.dashboard_client_id)
  const { account } = signIn
  if (account === undefined) {
    marks.state = 'signed-out'
    const begin = () => void signIn.begin().catch(broken)
    document.body.replaceChildren(welcome(signIn.wasLost ? SIGNED_OUT : about, 'Sign in', begin))
    return
  }
  if (!account.roles.includes('analyst')) {
    marks.state = 'forbidden'
    const begin = () => void signIn.end({ thenBegin: true }).catch(broken)
    document.body.replaceChildren(
      topBar(account, signOutOf(signIn)),
      welcome(`${what} for analysts, and ${account.name} is not one.`, 'Sign in as someone else', begin),
    )
    return
  }
  const { board, refresh } = show(signIn)
  document.body.replaceChildren(topBar(account, signOutOf(signIn)), board)
  await refresh?.()
}

export function broken(error: unknown): void {
  console.error(error)
  marks.state = 'broken'
  document.body.replaceChildren(brokenPage(error))
}
