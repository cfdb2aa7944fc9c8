/** Owns the test of what the page shows of what plays next: why it is there, and that it goes when it is not for the listener. */

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { loadDemoCatalog } from '../../infra/demo/load-demo-catalog.ts'
import { seedWorld } from '../../infra/demo/world/seed-world.ts'
import { type GatewayProcess, startGateway } from '../testing/gateway-process.ts'
import { accessibilityFaults, launchBrowser, openPage, signInAs } from './testing/browser.ts'

/** Where to, with `SEGUE_SCREENSHOTS=folder`. */
const SCREENSHOTS = process.env.SEGUE_SCREENSHOTS
/** Something follows it on its album. */
const ALBUM_OPENER = 'Neon Umbrella'
const soon: typeof expect.poll = (look, options) => expect.poll(look, { interval: 100, ...options })

let browser: Browser
let gateway: GatewayProcess

beforeAll(async () => {
  const stack = inject('stackEnv')
  await loadDemoCatalog(stack, () => undefined, { size: 'tiny' })
  // What a listener wants no more is kept with the account, as it was made.
  await seedWorld(stack)
  // On the port that the issuer knows the pages by.
  gateway = await startGateway(stack, Number(stack.SEGUE_GATEWAY_PORT))
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser?.close()
  await gateway?.stop()
})

test('P9 P10 the list says why each track is in it, and "not for me" takes one out', async () => {
  const player = await openPage(browser, `${gateway.http}/`)
  await signInAs(player.page, 'Emeka Obi')
  await player.page.getByRole('button', { name: ALBUM_OPENER }).click()
  await soon(async () => (await player.marks()).state).toBe('playing')
  const rows = player.page.locator('.queued-row')
  await soon(() => rows.count()).toBeGreaterThan(0)
  expect(await rows.first().locator('.queued-why').textContent()).toMatch(
    /next on|because you played|more by|popular in/i,
  )
  expect(await accessibilityFaults(player.page)).toEqual([])
  const dismiss = rows.first().locator('.queued-dismiss')
  await dismiss.hover()
  if (SCREENSHOTS !== undefined) await player.page.screenshot({ path: `${SCREENSHOTS}/up-next.png` })
  const name = (await dismiss.getAttribute('aria-label')) ?? ''
  expect(name).toMatch(/^Not for me: ./)
  await dismiss.click()
  await soon(() => player.page.getByRole('button', { name, exact: true }).count()).toBe(0)
  await player.close()
})
