/** Owns `devices`: the devices of the account, and what each of them does. */

import { type Static, Type } from '@sinclair/typebox'
import {
  DurationMs,
  EpochMs,
  Fence,
  Message,
  PositionMs,
  Revision,
  Text,
  Uuid,
  VolumePercent,
  Word,
} from '../fields.ts'
import { DEVICE_KINDS } from '../vocabulary.ts'

/** A device, as another one names it. */
export const NamedDevice = Type.Object({
  device_id: Text(64, 'as its `authenticate` said'),
  name: Text(64, 'what the listener calls it'),
  kind: Word(DEVICE_KINDS, 'what it runs on'),
})
export type NamedDevice = Static<typeof NamedDevice>

/** What a device does, as the others are shown it. */
export const DeviceStatus = Type.Object({
  status: Word(['playing', 'paused', 'stopped'] as const, 'what its open stream does; `stopped`: it has none'),
  stream_id: Type.Optional(Uuid('its open stream')),
  position_ms: PositionMs('where its playhead was at `at_ms`; while it plays it moves on from there'),
  at_ms: EpochMs('server time of that'),
  track: Type.Optional(
    Type.Object(
      {
        track_id: Uuid('the track'),
        title: Text(512, 'its title'),
        artist: Text(512, 'the name of the artist'),
        duration_ms: DurationMs('its length'),
      },
      { description: 'what it plays' },
    ),
  ),
  volume_percent: Type.Optional(VolumePercent),
})
export type DeviceStatus = Static<typeof DeviceStatus>

export const Devices = Message(
  'devices',
  'The devices of the account that are there now, after `ready` and `resumed` and whenever that changes. Only the newest matters.',
  {
    revision: Revision('rises with each change of the account; an older one that comes late is passed over'),
    devices: Type.Array(
      Type.Composite([
        NamedDevice,
        DeviceStatus,
        Type.Object({
          place: Type.Optional(Text(64, 'where it is, as far as that is known: `Berlin, DE`, or `DE`')),
          fence: Fence('of its lease; 0 when it never had one. `transfer` and `command` name it'),
          yours: Type.Boolean({ description: 'of the same member: it may be controlled' }),
          you: Type.Boolean({ description: 'this very device' }),
        }),
      ]),
      { maxItems: 64 },
    ),
  },
)
export type Devices = Static<typeof Devices>
