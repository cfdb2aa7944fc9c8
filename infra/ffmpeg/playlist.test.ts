import { expect, test } from 'vitest'
import { readPlaylist } from './playlist.ts'

test('the chunks of a playlist, in order', () => {
  const text =
    '#EXTM3U\r\n#EXT-X-MAP:URI="init.mp4"\r\n#EXTINF:4.017052,\r\n00000.m4s\r\n#EXTINF:1.9,\n00001.m4s\n#EXT-X-ENDLIST\n'
  expect(readPlaylist(text)).toEqual(['00000.m4s', '00001.m4s'])
})
