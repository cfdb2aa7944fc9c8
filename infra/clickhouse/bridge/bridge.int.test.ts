import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client'
import getPort from 'get-port'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
let folder: string
let port: number
let bridge: ChildProcess
let client: ClickHouseClient

async function startBridge(overrides: Record<string, string> = {}): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'infra/clickhouse/bridge/main.ts'], {
    cwd: ROOT,
    env: {
      ...process.env,
      SEGUE_LOG_LEVEL: 'warn',
      TZ: 'Asia/Tokyo',
      SEGUE_CLICKHOUSE_PORT: String(port),
      SEGUE_CLICKHOUSE_PATH: folder,
      SEGUE_CLICKHOUSE_PASSWORD: 'secret',
      SEGUE_CLICKHOUSE_READER_PASSWORD: 'looks',
      ...overrides,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  while (child.exitCode === null && !(await fetch(url('/ping')).catch(() => undefined))?.ok) await wait(50)
  return child
}
const url = (path: string) => `http://127.0.0.1:${port}${path}`
const auth = { authorization: `Basic ${Buffer.from('segue:secret').toString('base64')}` }

async function ask(path: string, body?: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = auth) {
  const response = await fetch(url(path), { headers, ...(body === undefined ? {} : { method: 'POST', body }) })
  return { status: response.status, text: await response.text(), headers: response.headers }
}
const number = async (query: string) => Number((await ask('/', query)).text)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'segue-bridge-'))
  port = await getPort({ host: '127.0.0.1' })
  bridge = await startBridge()
  client = createClient({ url: `http://127.0.0.1:${port}/default`, username: 'segue', password: 'secret' })
})
afterAll(async () => {
  await client.close()
  bridge.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

describe('the bridge, as curl sees it', () => {
  it('answers a ping to anybody, and a query to those who know the password alone', async () => {
    expect(await ask('/ping', undefined, {})).toMatchObject({ status: 200, text: 'Ok.\n' })
    for (const [path, headers] of [
      ['/?query=SELECT+1', {}],
      ['/?query=SELECT+1&user=segue&password=wrong', {}],
      ['/?query=SELECT+1', { 'x-clickhouse-user': 'other', 'x-clickhouse-key': 'secret' }],
      ['/?query=SELECT+1', { authorization: 'Basic !' }],
    ] as const) {
      const refused = await ask(path, undefined, headers)
      expect(refused.status).toBe(403)
      expect(refused.text).toMatch(/^Code: 516\. DB::Exception: .*Authentication failed.*\(AUTHENTICATION_FAILED\)/)
      expect(refused.headers.get('x-clickhouse-exception-code')).toBe('516')
    }
    for (const [path, headers] of [
      ['/?query=SELECT+1', auth],
      ['/?query=SELECT+1&user=segue&password=secret', {}],
      ['/?query=SELECT+1', { 'x-clickhouse-user': 'segue', 'x-clickhouse-key': 'secret' }],
    ] as const) {
      expect(await ask(path, undefined, headers)).toMatchObject({ status: 200, text: '1\n' })
    }
  })

  it('means UTC, wherever it runs', async () => {
    const answer = await ask('/', "SELECT toString(toDateTime(0)), toUnixTimestamp(toDateTime('1970-01-01 00:00:00'))")
    expect(answer).toMatchObject({ status: 200, text: '1970-01-01 00:00:00\t0\n' })
    expect(answer.headers.get('x-clickhouse-timezone')).toBe('UTC')
  })

  it('says id, format and summary in the headers', async () => {
    const answer = await ask('/?query_id=my-id&default_format=JSONEachRow', 'SELECT number FROM numbers(3)')
    expect(answer.text).toBe('{"number":0}\n{"number":1}\n{"number":2}\n')
    expect(answer.headers.get('x-clickhouse-query-id')).toBe('my-id')
    expect(answer.headers.get('x-clickhouse-format')).toBe('JSONEachRow')
    expect(JSON.parse(answer.headers.get('x-clickhouse-summary') ?? '')).toMatchObject({ result_rows: '3' })
    expect((await ask('/', 'SELECT 1 FORMAT CSV')).headers.get('x-clickhouse-format')).toBe('CSV')
    expect((await ask('/', 'SELECT 1')).headers.get('x-clickhouse-query-id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('tells errors in the words of ClickHouse, with its codes and statuses', async () => {
    const cases = [
      ['/', 'SELEC 1', 400, 62, /^Code: 62\. DB::Exception: Syntax error.*\(SYNTAX_ERROR\) \(version /],
      ['/', '', 400, 62, /Empty query/],
      ['/', 'SELECT 1; DROP TABLE t', 400, 62, /Multi-statements are not allowed/],
      ['/', 'SELECT * FROM nowhere', 404, 60, /UNKNOWN_TABLE/],
      ['/?database=nowhere', 'SELECT 1', 404, 81, /UNKNOWN_DATABASE/],
      ['/?no_such_setting=1', 'SELECT 1', 404, 115, /UNKNOWN_SETTING/],
      ["/?x'%3D1=1", 'SELECT 1', 404, 115, /UNKNOWN_SETTING/],
      [
        '/?max_execution_time=1',
        'SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1',
        408,
        159,
        /TIMEOUT/,
      ],
      ['/', 'SELECT {n:UInt8}', 400, 456, /n/],
    ] as const
    for (const [path, body, status, code, text] of cases) {
      const answer = await ask(path, body)
      expect(answer.text).toMatch(text)
      expect([body, answer.status]).toEqual([body, status])
      expect(answer.headers.get('x-clickhouse-exception-code')).toBe(String(code))
    }
    expect((await ask('/elsewhere')).status).toBe(404)
    const long = await ask('/', `SELECT '${'x'.repeat(300_000)}'`)
    expect(long).toMatchObject({ status: 400, text: expect.stringMatching(/^Code: 62\..*Max query size exceeded/) })
    const file = join(folder, 'answer.txt')
    const written = await ask('/', `SELECT 1 INTO OUTFILE '${file}'`)
    expect(written).toMatchObject({
      status: 500,
      text: expect.stringMatching(/^Code: 358\..*INTO_OUTFILE_NOT_ALLOWED/),
    })
    await expect(access(file)).rejects.toThrow('ENOENT')
  })

  it('writes nothing for a GET', async () => {
    await ask('/', 'CREATE TABLE kept (a UInt64) ENGINE = MergeTree ORDER BY a')
    for (const query of ['DROP TABLE kept', 'INSERT INTO kept VALUES (1)', 'SET readonly = 0']) {
      const refused = await ask(`/?readonly=0&query=${encodeURIComponent(query)}`)
      expect(refused.text).toMatch(/READONLY/)
    }
    expect(await number('SELECT count() FROM kept')).toBe(0)
  })

  it('takes rows after the query: from the URL, in the body, packed', async () => {
    await ask('/', 'CREATE TABLE rows (a UInt64, b String) ENGINE = MergeTree ORDER BY a')
    const insert = `/?query=${encodeURIComponent('INSERT INTO rows FORMAT JSONEachRow')}`
    await ask(insert, '{"a":1,"b":"; DROP TABLE rows"}\n{"a":2,"b":"ü \\u0000"}\n')
    await ask('/', 'INSERT INTO rows (a, b) FORMAT TabSeparated\n3\tx\n')
    await ask(insert, gzipSync('{"a":4,"b":"packed"}'), { ...auth, 'content-encoding': 'gzip' })
    expect((await ask('/', 'SELECT a, b FROM rows ORDER BY a')).text).toBe(
      '1\t; DROP TABLE rows\n2\tü \\0\n3\tx\n4\tpacked\n',
    )
    expect(await ask(insert, 'x', { ...auth, 'content-encoding': 'br' })).toMatchObject({ status: 501 })
    expect(await ask(insert, new Uint8Array([0, 1, 2]))).toMatchObject({ status: 501 })
    const half = await ask(insert, '{"a":5,"b":"whole"}\n{"a":"half')
    expect(half.status).toBe(400)
    expect(await number('SELECT count() FROM rows')).toBe(4)
  })

  it('refuses a body beyond its bound with one clear line', async () => {
    const big = new Uint8Array(65 * 1024 * 1024).fill(97)
    const answer = await ask('/', big).catch((error: unknown) => error)
    // The client may see the answer, or the connection closed before it had sent everything.
    if (!(answer instanceof Error))
      expect(answer).toMatchObject({ status: 413, text: expect.stringMatching(/^Code: 229\..*larger than/) })
    const bomb = await ask('/', gzipSync(big), { ...auth, 'content-encoding': 'gzip' })
    expect(bomb).toMatchObject({
      status: 413,
      text: expect.stringMatching(/^Code: 229\. DB::Exception: .*larger than 67108864 bytes.* \(QUERY_IS_TOO_LARGE\)/),
    })
    expect(bomb.headers.get('x-clickhouse-exception-code')).toBe('229')
    expect((await ask('/', 'x', { ...auth, 'content-encoding': 'gzip' })).status).toBe(400)
    expect(await number('SELECT 1')).toBe(1)
  })

  it('packs what is long when asked', async () => {
    const packed = await ask('/?enable_http_compression=1', 'SELECT repeat(toString(1), 10000)', {
      ...auth,
      'accept-encoding': 'gzip',
    })
    expect(packed.headers.get('content-encoding')).toBe('gzip')
    expect(packed.text).toHaveLength(10_001)
  })

  it('keeps what requests set to themselves, and answers many at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        ask(`/?param_n=${i}&max_threads=${1 + (i % 2)}`, "SELECT {n:UInt32}, getSetting('max_threads')"),
      ),
    )
    expect(answers.map(({ text }) => text)).toEqual(Array.from({ length: 60 }, (_, i) => `${i}\t${1 + (i % 2)}\n`))
    await ask('/?database=system', 'SELECT 1')
    expect((await ask('/', 'SELECT currentDatabase()')).text).toBe('default\n')
  })
})

describe('the bridge, for the user that only reads', () => {
  const reader = { 'x-clickhouse-user': 'segue_reader', 'x-clickhouse-key': 'looks' }

  it('answers what is in tables', async () => {
    await ask('/', 'CREATE TABLE seen (a UInt64) ENGINE = MergeTree ORDER BY a')
    await ask('/', 'INSERT INTO seen VALUES (7)')
    for (const query of [
      'SELECT a FROM seen',
      'WITH 7 AS b SELECT a FROM seen WHERE a = b',
      "SELECT a, 'file' AS profile FROM seen FORMAT TSV",
      'DESCRIBE TABLE seen',
      'SHOW TABLES',
      'EXISTS TABLE seen',
      'EXPLAIN SELECT a FROM seen',
    ]) {
      expect(await ask('/?max_threads=1', query, reader)).toMatchObject({ status: 200 })
    }
    expect(await ask('/?query=SELECT+a+FROM+seen', undefined, reader)).toMatchObject({ status: 200, text: '7\n' })
  })

  it('does nothing else for it', async () => {
    const passwords = "'/etc/passwd'"
    for (const query of [
      'DROP TABLE seen',
      'INSERT INTO seen VALUES (1)',
      'ALTER TABLE seen DELETE WHERE 1',
      'CREATE TEMPORARY TABLE mine (a UInt8)',
      'KILL QUERY WHERE 1',
      'SYSTEM FLUSH LOGS',
      'SET readonly = 0',
      'USE system',
      `SELECT * FROM file(${passwords}, 'LineAsString')`,
      `SELECT file(${passwords})`,
      `SELECT * APPLY file FROM (SELECT ${passwords})`,
      `SELECT \`f\\x69le\`(${passwords})`,
      `DESCRIBE TABLE file(${passwords})`,
      "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
      "SELECT * FROM sqlite('/tmp/x', 'y')",
      "SELECT * FROM executable('id', 'TSV', 'a String')",
      "SELECT * FROM remote('127.0.0.1:1', 'system.one')",
      'SELECT 1 SETTINGS max_threads = 1',
    ]) {
      const refused = await ask('/', query, reader)
      expect([query, refused.text]).toEqual([
        query,
        expect.stringMatching(/^Code: (164|497)\..*(READONLY|ACCESS_DENIED)/),
      ])
    }
    for (const query of ['SELEC 1', 'SELECT 1 FROM', ''])
      expect(await ask('/', query, reader)).toMatchObject({ status: 400, text: expect.stringMatching(/^Code: 62\./) })
    expect(await ask('/?dialect=prql', 'SELECT a FROM seen', reader)).toMatchObject({ status: 403 })
    expect(await ask('/?param_f=file', `SELECT {f:Identifier}(${passwords})`, reader)).not.toMatchObject({
      status: 200,
    })
    expect(await ask('/', 'SELECT a FROM seen')).toMatchObject({ text: '7\n' })
  })
})

describe('the bridge, when many ask', () => {
  const insert = '/?query=INSERT+INTO+turns+FORMAT+JSONEachRow'

  it('does nothing for a client that left before its turn', async () => {
    await ask('/', 'CREATE TABLE turns (a UInt64) ENGINE = MergeTree ORDER BY a')
    const busy = Array.from({ length: 3 }, () => ask('/', 'SELECT sum(sleepEachRow(0.1)) FROM numbers(29)'))
    await wait(300)
    const given = new AbortController()
    const gone = fetch(url(insert), { headers: auth, method: 'POST', body: '{"a":1}', signal: given.signal })
    await wait(300)
    given.abort()
    await expect(gone).rejects.toThrow()
    const stays = await ask(insert, '{"a":2}')
    expect(stays.status).toBe(200)
    await Promise.all(busy)
    expect((await ask('/', 'SELECT a FROM turns')).text).toBe('2\n')
  })

  it('says so when no turn comes for so long that the answer would be too late', async () => {
    const busy = Array.from({ length: 3 }, () =>
      ask('/?function_sleep_max_microseconds_per_block=20000000', 'SELECT sum(sleepEachRow(0.1)) FROM numbers(110)'),
    )
    await wait(300)
    const since = performance.now()
    const refused = await ask(insert, '{"a":3}')
    expect(refused).toMatchObject({ status: 503, text: expect.stringMatching(/^Code: 202\..*No turn came/) })
    expect(performance.now() - since).toBeLessThan(20_000)
    expect((await Promise.all(busy)).map(({ status }) => status)).toEqual([200, 200, 200])
    expect(await number('SELECT count() FROM turns')).toBe(1)
  })
})

describe('the bridge, as @clickhouse/client sees it', () => {
  it('binds parameters, whatever is in them', async () => {
    const text = `it's "quoted" \\ \t\n\r \0 {n:UInt8} ; -- ü 漢`
    const result = await client.query({
      query:
        'SELECT {text:String} AS text, {list:Array(String)} AS list, {none:Nullable(String)} AS none, {n:Int64} AS n',
      query_params: { text, list: [text, "'", '\\'], none: null, n: -5 },
      format: 'JSONEachRow',
    })
    const [row] = await result.json<Record<string, unknown>>()
    expect(Object.values(row ?? {})).toEqual([text, [text, "'", '\\'], null, -5])
  })

  it('inserts, selects and reports errors as from a server', async () => {
    await client.command({ query: 'CREATE TABLE big (a UInt64, b String) ENGINE = MergeTree ORDER BY a' })
    const values = Array.from({ length: 50_000 }, (_, a) => ({ a, b: `row ${a} 'x' \\ \n` }))
    await client.insert({ table: 'big', values, format: 'JSONEachRow' })
    const result = await client.query({ query: 'SELECT * FROM big ORDER BY a', format: 'JSONEachRow' })
    const rows = await result.json<{ a: number; b: string }>()
    expect(rows).toHaveLength(50_000)
    expect(rows[4_711]?.b).toBe(values[4_711]?.b)
    await expect(client.query({ query: 'SELECT * FROM nowhere' })).rejects.toMatchObject({
      code: '60',
      type: 'UNKNOWN_TABLE',
    })
    expect((await client.ping({ select: true })).success).toBe(true)
    const quiet = { log: { level: ClickHouseLogLevel.OFF }, keep_alive: { enabled: false } }
    const stranger = createClient({ url: `http://127.0.0.1:${port}`, username: 'segue', password: 'wrong', ...quiet })
    const refused = [
      [() => stranger.query({ query: 'SELECT 1' }), '516', 'AUTHENTICATION_FAILED'],
      [() => client.query({ query: 'SELEC 1' }), '62', 'SYNTAX_ERROR'],
      [() => client.query({ query: `SELECT '${'x'.repeat(300_000)}'` }), '62', 'SYNTAX_ERROR'],
    ] as const
    for (const [answer, code, type] of refused) await expect(answer()).rejects.toMatchObject({ code, type })
    await stranger.close()
  })
})

describe('the bridge, when it ends', () => {
  it('keeps what it acknowledged when killed in the middle of inserts, and opens again', async () => {
    await ask('/', 'CREATE TABLE killed (a UInt64, b String) ENGINE = MergeTree ORDER BY a')
    const rows = 1_000
    const body = Array.from({ length: rows }, (_, a) => JSON.stringify({ a, b: 'x'.repeat(100) })).join('\n')
    for (let round = 0; round < 3; round++) {
      const before = await number('SELECT count() FROM killed')
      let acknowledged = 0
      const inserts = Array.from({ length: 3 }, async () => {
        for (;;) {
          const answer = await ask('/?query=INSERT+INTO+killed+FORMAT+JSONEachRow', body).catch(() => undefined)
          if (answer?.status !== 200) return
          acknowledged += 1
        }
      })
      while (acknowledged < 5) await wait(10)
      await wait(round * 7)
      bridge.kill('SIGKILL')
      await Promise.all(inserts)
      bridge = await startBridge()
      const added = (await number('SELECT count() FROM killed')) - before
      expect(added).toBeGreaterThanOrEqual(acknowledged * rows)
      expect(added % rows).toBe(0)
    }
  })

  it('gives what runs no more memory than it was told, whatever a query asks for', async () => {
    bridge.kill('SIGTERM')
    await once(bridge, 'exit')
    bridge = await startBridge({ SEGUE_CLICKHOUSE_MEMORY_MB: '200' })
    const query = 'SELECT length(groupArray(number)) FROM numbers(40000000)'
    for (const setting of ['', '&max_memory_usage_for_user=0']) {
      const answer = await ask(`/?${setting}`, query)
      expect([setting, answer.text]).toEqual([setting, expect.stringMatching(/memory limit exceeded/)])
    }
    expect(await number('SELECT sum(number) FROM numbers(1000000)')).toBe(499_999_500_000)
  })

  it('does not share its folder', async () => {
    const second = spawn(process.execPath, ['--import', 'tsx', 'infra/clickhouse/bridge/main.ts'], {
      cwd: ROOT,
      env: {
        ...process.env,
        SEGUE_CLICKHOUSE_PORT: '0',
        SEGUE_CLICKHOUSE_PATH: folder,
        SEGUE_CLICKHOUSE_PASSWORD: 'x',
        SEGUE_CLICKHOUSE_READER_PASSWORD: 'y',
      },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    let said = ''
    second.stdout.on('data', (chunk) => (said += chunk))
    expect((await once(second, 'exit'))[0]).toBe(1)
    expect(said).toMatch(/is another bridge running on it/)
  })

  it('finishes what runs on SIGTERM, exits 0, and has everything afterwards', async () => {
    const before = await number('SELECT count() FROM killed')
    const running = ask('/', 'SELECT sum(sleepEachRow(0.1)) FROM numbers(8)')
    await ask('/?query=INSERT+INTO+killed+FORMAT+JSONEachRow', '{"a":1,"b":"last"}')
    bridge.kill('SIGTERM')
    const [code] = await once(bridge, 'exit')
    expect(code).toBe(0)
    expect(await running).toMatchObject({ status: 200, text: '0\n' })
    bridge = await startBridge()
    expect(await number('SELECT count() FROM killed')).toBe(before + 1)
  })
})
