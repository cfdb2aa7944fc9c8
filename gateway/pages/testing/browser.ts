/** Owns the browser of the page tests: Chromium without a screen, what a page tells of itself, and what it must not say. */

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const CHROMIUM = process.env.SEGUE_CHROMIUM ?? '/usr/bin/chromium'

const FLAGS = [
  // Chromium's own sandbox refuses root; the tests open no page but ours.
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
]

/** What a person would call broken. */
const WITHIN_MS = 10_000

export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS })
}

export interface OpenPage {
  readonly page: Page
  /** Errors that the page or its console told, in order. */
  readonly errors: string[]
  /** The `data-` attributes of the root element: how the page says what it does. */
  marks(): Promise<Record<string, string | undefined>>
  close(): Promise<void>
}

/** A page in a context of its own: nobody is signed in. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1_360, height: 900 }, ...options })
  context.setDefaultTimeout(WITHIN_MS)
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  await page.goto(url)
  return {
    page,
    errors,
    marks: () => page.evaluate(() => ({ ...document.documentElement.dataset })),
    close: () => context.close(),
  }
}

/** Signs in as one of the demo people, by the page and the issuer, as anyone would. */
export async function signInAs(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', { name }).click()
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
}

/** What axe-core finds wrong with the page as it stands, a line each. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  await page.evaluate(source)
  return page.evaluate(async () => {
    const axe = Reflect.get(globalThis, 'axe') as {
      run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>
    }
    const { violations } = await axe.run()
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
  })
}
