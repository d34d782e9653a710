import { expect, it } from 'vitest';
import { HangWatch } from '../../src/daemon/hang-watch.js';

const WELL = { name: 'roof', state: 'receiving', why: null } as const;
const BACK = { name: 'roof', state: 'recovering', why: 'It is not plugged in.' } as const;
const HUNG = { name: 'cellar', state: 'hanging', why: 'Opening it again.' } as const;

it('says which receiver has hung for a minute, and what was last known of it', () => {
  const watch = new HangWatch();
  expect(watch.look([WELL, HUNG], 1000)).toBeNull();
  expect(watch.look([WELL, HUNG], 60_999)).toBeNull();
  const fault = watch.look([WELL, HUNG], 61_000);
  expect(fault).toMatchObject({ code: 'SOURCE_STALLED', exitCode: 69 });
  expect(fault?.message).toMatch(/^cellar hangs .* Opening it again\.$/);
});

it('waits anew for one that came back in between, and for ever for one that works at it', () => {
  const watch = new HangWatch();
  expect(watch.look([HUNG], 0)).toBeNull();
  expect(watch.look([BACK], 59_000)).toBeNull();
  expect(watch.look([HUNG], 60_000)).toBeNull();
  expect(watch.look([HUNG], 119_999)).toBeNull();
  for (const nowMs of [1e6, 1e9]) expect(watch.look([BACK, WELL], nowMs)).toBeNull();
});
