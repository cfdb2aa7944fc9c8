/** Owns values that programs stumble over: bounds of integers, text of every kind, what is no value of JSON. */

export const WILD_NUMBERS = [
  ...[0, -0, 1, -1, 0.5, 1.5, -0.1, 127, 128, 255, 256, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32],
  ...[86_400_000, 86_400_001, 2 ** 53 - 1, 2 ** 53, 2 ** 63, 2 ** 64, -(2 ** 31), -(2 ** 63), 1e308, 5e-324],
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
] as const

export const WILD_TEXTS = [
  ...['', ' ', 'x', 'x'.repeat(64), 'x'.repeat(65), 'x'.repeat(513), 'x'.repeat(8_193)],
  ...['\u0000', 'a\u0000b', '\ud800', 'a\udc00', '😀', `${'x'.repeat(63)}😀`, '\ufeff', '\u202e', 'ﷺ'],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'then', 'type', 'null', 'NaN', '1e999', '-1'],
  ...["'; DROP TABLE streams; --", '{{7*7}}', '../../etc/passwd', '<script>', '%s%n', '{"type":"play"}'],
  ...[
    '018f2b6c-9d00-7abc-8def-0123456789ab',
    '018F2B6C-9D00-7ABC-8DEF-0123456789AB',
    '018f2b6c9d007abc8def0123456789ab',
  ],
  ...['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
] as const

export const WILD_OTHERS: readonly unknown[] = [
  ...[null, true, false, [], {}, [[]], [null], { type: 'play' }, [1, 'two', { three: 3 }]],
  ...[new Uint8Array(), new Uint8Array([0xff, 0x00]), { length: 1 }, { toString: 1 }],
]
