import { describe, expect, it } from 'vitest'
import { shapeOf } from './statement.ts'

describe('statement shape', () => {
  it.each([
    ['select 1', { verb: 'SELECT', format: undefined, several: false }],
    ['select 1;\n -- done\n', { verb: 'SELECT', several: false }],
    ['/* a; b */ select 1 format JSON', { verb: 'SELECT', format: 'JSON', several: false }],
    ['select 1 settings max_threads = 1 format TSV;', { format: 'TSV', several: false }],
    ['select \'a; b\', "c; d", `e; f`, $x$ g; $x$', { several: false }],
    ["select 'it''s; \\'; fine'", { several: false }],
    ['select 1; select 2', { verb: 'SELECT', several: true }],
    ["select '1' ; drop table t", { several: true }],
    ["select '\\\\'; drop table t", { several: true }],
    ['(select 1); drop table t', { verb: '', several: true }],
    ["select 1 into /* a */ outfile '/x'", { intoOutfile: true }],
    ["(select 1) INTO OUTFILE '/x'", { intoOutfile: true }],
    ["insert into t select 1, 'into outfile'", { intoOutfile: false }],
    ["select file('/x')", { namesFiles: true }],
    ["select * apply file from (select '/x')", { namesFiles: true }],
    ["select `file`('/x')", { namesFiles: true }],
    ['select "file"(\'/x\')', { namesFiles: true }],
    ["select `f\\x69le`('/x')", { namesFiles: true }],
    ["select 'file', profile, `it's`, $$file$$ -- file", { namesFiles: false }],
    ['-- only a comment', { verb: '', several: false }],
    ['(select 1)', { verb: '', several: false }],
    ['INSERT INTO t (a, b) FORMAT JSONEachRow\n{"a": ";", "b": "; select 2"}', { takesData: true, several: false }],
    ["insert into t values (1, ';')", { verb: 'INSERT', takesData: false, several: false }],
    ['insert into t values (1); drop table t', { verb: 'INSERT', several: true }],
    ["select 'an open quote; and more", { several: false }],
  ])('%s', (sql, shape) => {
    expect(shapeOf(sql)).toMatchObject(shape)
  })

  it('takes long and broken text in linear time', () => {
    const times = Array.from({ length: 3 }, () => {
      const since = performance.now()
      for (const text of ["'", '"', '`', '/*', '$a$', '--', '\\', "'\\"]) shapeOf(`select ${text.repeat(20_000)}`)
      return performance.now() - since
    })
    expect(Math.min(...times)).toBeLessThan(1_000)
  })
})
