/** Owns the building of the pages ahead of time: for a gateway that may not write. */

import { buildPages } from './pages/build.ts'

await buildPages()
