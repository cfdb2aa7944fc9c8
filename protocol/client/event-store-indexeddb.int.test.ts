import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from '../../gateway/pages/testing/browser.ts'
import { event, eventStoreContract } from './event-store.contract.ts'
import type { EventStore } from './event-store.ts'

/** Answered by the test: a secure origin, without a server. */
const ORIGIN = 'https://player.test'

let browser: Browser
let script: string
let context: BrowserContext
let page: Page
let mostEvents: number

beforeAll(async () => {
  const bundled = await build({
    stdin: {
      contents: `import { indexedDbEventStore } from './event-store-indexeddb.ts'
        globalThis.openStore = (most) => { globalThis.store = indexedDbEventStore({ most }) }`,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    bundle: true,
    write: false,
    format: 'iife',
  })
  script = bundled.outputFiles[0]?.text ?? ''
  browser = await launchBrowser()
})

afterAll(() => browser?.close())

async function openTab(most: number, prepare = ''): Promise<Page> {
  const tab = await context.newPage()
  if (prepare !== '') await tab.addInitScript(prepare)
  await tab.goto(ORIGIN)
  await loadScript(tab, most)
  return tab
}

async function loadScript(tab: Page, most: number): Promise<void> {
  await tab.addScriptTag({ content: script })
  await tab.evaluate(`openStore(${most})`)
}

async function freshContext(): Promise<void> {
  await context?.close()
  context = await browser.newContext()
  await context.route(`${ORIGIN}/**`, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }))
}

/** The store of a tab, called from here. */
function storeIn(tab: Page): EventStore {
  const call = (name: keyof EventStore, ...args: unknown[]) =>
    tab.evaluate<never>(`store.${name}(...${JSON.stringify(args)})`)
  return {
    load: (account) => call('load', account),
    put: (kept) => call('put', kept),
    remove: (ids) => call('remove', ids),
    close: () => call('close'),
  }
}

eventStoreContract('IndexedDB in a browser, the page reloaded', {
  fresh: async (most) => {
    await freshContext()
    mostEvents = most
    page = await openTab(most)
    return storeIn(page)
  },
  after: async () => {
    await page.reload()
    await loadScript(page, mostEvents)
    return storeIn(page)
  },
})

describe('T2 several tabs', () => {
  it('leave each other what they have while they live, and take over what a dead one left', async () => {
    await freshContext()
    const tabs = [await openTab(100), await openTab(100)] as const
    const [one, two] = [storeIn(tabs[0]), storeIn(tabs[1])]
    await one.load('ada')
    await one.put(event(1))
    await one.put(event(2))
    expect(await two.load('ada')).toEqual({ events: [], lastSeq: 2 })
    await two.put(event(3, 'bb'))
    await tabs[0].close()
    const three = storeIn(await openTab(100))
    expect(await three.load('ada')).toEqual({ events: [event(1), event(2)], lastSeq: 3 })
    await tabs[1].close()
    const four = storeIn(await openTab(100))
    expect(await four.load('ada')).toEqual({ events: [event(3, 'bb')], lastSeq: 3 })
  })

  it('never both take over the same queue', async () => {
    await freshContext()
    const dead = await openTab(100)
    await storeIn(dead).load('ada')
    await storeIn(dead).put(event(1))
    await dead.close()
    const tabs = await Promise.all([openTab(100), openTab(100), openTab(100)])
    const found = await Promise.all(tabs.map((tab) => storeIn(tab).load('ada')))
    expect(found.flatMap(({ events }) => events)).toEqual([event(1)])
  })

  it('share what they have where there are no Web Locks: sent twice, and lost never', async () => {
    await freshContext()
    const noLocks = `Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })`
    const one = storeIn(await openTab(100, noLocks))
    await one.load('ada')
    await one.put(event(1))
    const two = storeIn(await openTab(100, noLocks))
    expect(await two.load('ada')).toEqual({ events: [event(1)], lastSeq: 1 })
    await one.remove([event(1).id])
    await one.put(event(2))
    const three = storeIn(await openTab(100, noLocks))
    expect(await three.load('ada')).toEqual({ events: [event(2)], lastSeq: 2 })
  })
})

describe('T2 a browser that keeps nothing', () => {
  it('says so', async () => {
    await freshContext()
    const refused = await openTab(
      100,
      `IDBFactory.prototype.open = () => { throw new DOMException('not here', 'SecurityError') }`,
    )
    await expect(storeIn(refused).load('ada')).rejects.toThrow('not here')
    const absent = await openTab(100, `Object.defineProperty(globalThis, 'indexedDB', { value: undefined })`)
    await expect(storeIn(absent).load('ada')).rejects.toThrow('there is no IndexedDB here')
  })
})
