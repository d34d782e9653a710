import { describe, expect, it } from 'vitest';
import { looksLikeHeader, nearestTuning, tuningCommands } from '../../src/sources/rtltcp-protocol.js';
import { CommandReader, header } from '../../src/synth/rtl-tcp-commands.js';

function command(op: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt8(op, 0);
  bytes.writeInt32BE(value | 0, 1);
  return bytes;
}

it('begins as a client expects it', () => {
  expect(looksLikeHeader(header().subarray(0, 4))).toBe(true);
  expect([...header().subarray(4)]).toEqual([0, 0, 0, 5, 0, 0, 0, 29]);
});

describe('CommandReader', () => {
  it('understands what a client sets, however it is cut into pieces', () => {
    const tuning = { centerHz: 3_000_000_000, sampleRateHz: 2_400_000, gainDb: 28, ppm: -12 };
    const bytes = tuningCommands(nearestTuning(tuning));
    expect(new CommandReader().read(bytes)).toEqual(tuning);
    const reader = new CommandReader();
    const changes = [...bytes].map((byte) => reader.read(Uint8Array.of(byte)));
    expect(Object.assign({}, ...changes)).toEqual(tuning);
  });

  it.each([
    ['automatic gain', command(3, 0), { gainDb: 'auto' }],
    ['a gain by its place in the list', command(13, 28), { gainDb: 49.6 }],
    ['a gain that is not in the list', command(13, 29), {}],
    ['what makes no difference here', command(14, 1), {}],
    ['what does not exist', command(200, 1), {}],
  ])('understands %s', (_what, bytes, change) => {
    expect(new CommandReader().read(bytes)).toEqual(change);
  });
});
