/** Owns MessagePack as we write it everywhere: plain maps and no extensions, so that any stock library reads it. */

import { Packr } from 'msgpackr'

// msgpackr's own record extension would be faster, and private.
export const plainMsgpack = new Packr({
  useRecords: false,
  variableMapSize: true,
  mapsAsObjects: true,
  int64AsType: 'number',
})
