/** Owns the start of the page of cases: who may see it, the list, the drawer of one case, and the marking. */

import { drawer } from '../drawer.ts'
import { element } from '../element.ts'
import { getJson, pageConfig, postJson } from '../gateway-api.ts'
import { openSignIn, type SignIn } from '../sign-in.ts'
import { brokenPage, signOutOf, topBar, welcome } from '../top-bar.ts'
import { type CaseList, type CaseWithHistory, type Mark, nameOf } from './case.ts'
import { caseListView } from './case-list.ts'
import { caseParts, type Marking } from './case-view.ts'

const marks = document.documentElement.dataset

async function start(): Promise<void> {
  const signIn = await openSignIn(await pageConfig())
  const { account } = signIn
  if (account === undefined) {
    marks.state = 'signed-out'
    const begin = () => void signIn.begin().catch(broken)
    document.body.replaceChildren(welcome('Accounts that look shared. For analysts.', 'Sign in', begin))
    return
  }
  if (!account.roles.includes('analyst')) {
    marks.state = 'forbidden'
    const begin = () => void signIn.begin({ anew: true }).catch(broken)
    document.body.replaceChildren(
      topBar(account, signOutOf(signIn)),
      welcome(`The cases are for analysts, and ${account.name} is not one.`, 'Sign in as someone else', begin),
    )
    return
  }
  const { board, refresh } = cases(signIn)
  document.body.replaceChildren(topBar(account, signOutOf(signIn)), board)
  await refresh()
}

function cases(signIn: SignIn): { readonly board: HTMLElement; refresh(): Promise<void> } {
  let status: Mark = 'open'
  const warning = element('p', { class: 'warning', attributes: { role: 'alert' } })
  warning.hidden = true

  const refresh = async () => {
    const asked = status
    try {
      const list = await getJson<CaseList>(`/api/sharing/cases?status=${asked}`, await signIn.token())
      if (asked !== status) return
      view.update(list)
      warning.hidden = true
      marks.state = 'live'
      marks.cases = String(list.cases.length)
    } catch (error) {
      warning.textContent = error instanceof Error ? error.message : String(error)
      warning.hidden = false
    }
  }
  const mark = async ({ caseId, ...said }: Marking) => {
    one.show(await postJson<CaseWithHistory>(`/api/sharing/cases/${caseId}/mark`, said, await signIn.token()))
    await refresh()
  }
  const one = drawer<CaseWithHistory>({
    read: async (caseId) => getJson(`/api/sharing/cases/${caseId}`, await signIn.token()),
    partsOf: (shown) => caseParts(shown, mark),
    waiting: 'Reading the case',
  })
  const view = caseListView(
    (chosen) => {
      status = chosen
      void refresh()
    },
    (shown) => one.open(shown.case_id, nameOf(shown)),
  )
  const board = element(
    'main',
    { class: 'board' },
    element('div', { class: 'board-head' }, element('h1', { text: 'Accounts that look shared' }), view.picker),
    element('p', {
      class: 'quiet about',
      text: 'Who an account is stays hidden; nothing is locked by a case. What is marked as not shared is never asked.',
    }),
    warning,
    view.element,
    one.element,
  )
  return { board, refresh }
}

function broken(error: unknown): void {
  console.error(error)
  marks.state = 'broken'
  document.body.replaceChildren(brokenPage(error))
}

start().catch(broken)
