/** Owns the start of the page of cases: who may see it, the list, the drawer of one case, and the marking. */

import { startAnalystsPage } from '../analysts-page.ts'
import { drawer } from '../drawer.ts'
import { element } from '../element.ts'
import { getJson, postJson } from '../gateway-api.ts'
import type { SignIn } from '../sign-in.ts'
import { type CaseList, type CaseWithHistory, type Mark, nameOf } from './case.ts'
import { caseListView } from './case-list.ts'
import { caseParts, type Marking } from './case-view.ts'

const marks = document.documentElement.dataset

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

startAnalystsPage({ about: 'Accounts that look shared. For analysts.', what: 'The cases are', show: cases })
