/** Owns the bundling of programs for an image: each in one file, named by the folder that it is in. */

import { copyFile, mkdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { bundleOf } from '../stack/bundled-program.ts'

const [into, ...files] = process.argv.slice(2)
if (into === undefined || files.length === 0) throw new Error('say where to, and which programs: dist gateway/main.ts')
await mkdir(into, { recursive: true })
for (const file of files) {
  const bundle = await bundleOf(file)
  const name = basename(dirname(file))
  await copyFile(bundle, join(into, `${name}.js`))
  await copyFile(`${bundle}.map`, join(into, `${name}.js.map`))
}
