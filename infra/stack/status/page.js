/** Owns the page of the stack in the browser: asks every two seconds, and changes what has changed. */

const EVERY_MS = 2_000
/** What people read: the state, and how it is marked. */
const WORDS = {
  waiting: 'waits its turn',
  starting: 'starting',
  ready: 'ready',
  silent: 'does not answer',
  restarting: 'starting again',
  stopped: 'stopped',
  failed: 'failed',
}
const HEADLINES = { starting: 'Starting', up: 'Everything is up', stopping: 'Stopping' }
const WELL = new Set(['ready'])
const ILL = new Set(['failed', 'silent', 'restarting'])

const byId = (id) => document.getElementById(id)
const megabytes = new Intl.NumberFormat('en')
const clock = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
const rows = new Map()
let lastHeardMs = Date.now()

/** Written only when it changed: whoever has it read aloud, or marked, is not disturbed. */
function write(node, text) {
  if (node.textContent !== text) node.textContent = text
}

function element(name, className, ...children) {
  const node = document.createElement(name)
  if (className !== '') node.className = className
  node.append(...children)
  return node
}

function ago(ms) {
  const s = Math.max(0, Math.round(ms / 1_000))
  if (s < 60) return `${s} s`
  if (s < 3_600) return `${Math.floor(s / 60)} min`
  return `${Math.floor(s / 3_600)} h ${Math.floor((s % 3_600) / 60)} min`
}

function link({ label, url, remark }) {
  const anchor = element('a', '', label)
  anchor.href = url
  anchor.rel = 'noreferrer'
  const item = element('li', '', anchor)
  if (remark !== '') item.append(element('span', 'quiet', remark))
  return item
}

/** A list whose items are made anew when they are others. */
function list(node, items, make) {
  const key = JSON.stringify(items)
  if (node.dataset.shown !== key) node.replaceChildren(...items.map(make))
  node.dataset.shown = key
  node.hidden = items.length === 0
}

function newRow(part) {
  const row = {
    dot: element('span', 'dot'),
    state: element('span', 'state'),
    since: element('time', 'quiet since'),
    used: element('span', ''),
    meter: document.createElement('meter'),
    opens: element('ul', 'opens'),
    problem: element('p', 'problem'),
    todo: element('p', 'todo'),
  }
  row.dot.setAttribute('aria-hidden', 'true')
  row.meter.setAttribute('aria-label', `Memory of ${part.title}, in MB`)
  const name = element('h3', '', part.title)
  const about = element('p', 'quiet about', `${part.version} · ${part.listens.join(', ')}`)
  const held = element('p', 'quiet held', `held by ${part.held_by}`)
  row.item = element(
    'li',
    'part',
    element('div', 'who', name, about, row.opens),
    element('p', 'how', row.dot, row.state, row.since),
    element('div', 'memory', element('p', '', row.used), row.meter, held),
    element('div', 'trouble', row.problem, row.todo),
  )
  return row
}

function draw(row, part, nowMs) {
  row.item.dataset.state = part.state
  write(row.state, WORDS[part.state])
  write(row.since, part.state === 'waiting' ? '' : `for ${ago(nowMs - part.since_ms)}`)
  row.since.dateTime = new Date(part.since_ms).toISOString()
  row.since.title = `since ${clock.format(part.since_ms)}`
  write(row.used, `${megabytes.format(part.used_mb)} of ${megabytes.format(part.limit_mb)} MB`)
  row.meter.max = part.limit_mb
  row.meter.high = part.limit_mb * 0.9
  row.meter.value = part.used_mb
  row.item.classList.toggle('above', part.used_mb > part.limit_mb)
  write(row.problem, part.problem)
  write(row.todo, part.todo)
  list(row.opens, WELL.has(part.state) ? part.pages.map((page) => ({ ...page, remark: '' })) : [], link)
  row.problem.hidden = part.problem === ''
  row.todo.hidden = part.todo === ''
}

function headline({ state, parts }) {
  const ill = parts.filter((part) => ILL.has(part.state))
  const ready = parts.filter((part) => WELL.has(part.state)).length
  if (ill.length > 0) return `${ill.map(({ title }) => title).join(', ')}: ${WORDS[ill[0].state]}`
  return state === 'starting' ? `Starting: ${ready} of ${parts.length} are ready` : HEADLINES[state]
}

function show(status) {
  const { parts } = status
  const said = []
  for (const part of parts) {
    let row = rows.get(part.name)
    if (row === undefined) {
      row = newRow(part)
      rows.set(part.name, row)
      byId('parts').append(row.item)
    } else if (row.item.dataset.state !== part.state) said.push(`${part.title}: ${WORDS[part.state]}`)
    draw(row, part, status.now_ms)
  }
  if (said.length > 0) write(byId('changes'), said.join('. '))
  const text = headline(status)
  write(byId('headline'), text)
  document.title = `${text} · Segue`
  const used = parts.reduce((sum, part) => sum + part.used_mb, 0)
  const limit = parts.reduce((sum, part) => sum + part.limit_mb, 0)
  const figures = `${megabytes.format(used)} of ${megabytes.format(limit)} MB`
  write(byId('sum'), `${parts.filter(({ state }) => WELL.has(state)).length} of ${parts.length} ready · ${figures}`)
  write(byId('folder'), status.data)
  // What listeners open goes first.
  const order = [...parts].sort((one, other) => Number(other.name === 'gateway') - Number(one.name === 'gateway'))
  const open = order.filter(({ state }) => WELL.has(state)).flatMap(({ pages }) => pages)
  list(byId('pages'), open, link)
  const doing = status.under_way.map(({ title, note, since_ms }) => [title, ago(status.now_ms - since_ms), note])
  list(byId('doing'), doing, (words) => element('li', '', words.filter((word) => word !== '').join(' · ')))
}

async function ask() {
  try {
    const answer = await fetch('/status.json')
    show(await answer.json())
    lastHeardMs = Date.now()
    byId('lost').hidden = true
    document.documentElement.dataset.lost = 'no'
  } catch {
    write(
      byId('lost'),
      `The stack does not answer since ${clock.format(lastHeardMs)}: it was stopped, or has ended. What is below is how it was then. Start it again in a terminal, as before.`,
    )
    byId('lost').hidden = false
    document.documentElement.dataset.lost = 'yes'
  }
  setTimeout(ask, EVERY_MS)
}

ask()
