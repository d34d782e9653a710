import { describe, expect, it } from 'vitest';
import { Statistics } from '../../src/daemon/statistics.js';
import { noActivity } from '../../src/dsp/activity.js';
import type { ReceiverStats } from '../../src/receiver/receiver.js';

const NOTHING: ReceiverStats = {
  samples: 0,
  lostSamples: 0,
  blankedSamples: 0,
  clippedSamples: 0,
  candidates: 0,
  packets: 0,
  echoes: 0,
  refused: { noise: 0, length: 0, 'line-code': 0, integrity: 0, implausible: 0, overload: 0 },
  foreign: noActivity(),
  busySeconds: 0,
};

describe('Statistics', () => {
  it('tells what came since the last lap, and all of it', () => {
    const receiver = { stats: NOTHING };
    const source = { droppedSamples: 0 };
    const statistics = new Statistics({ receiver, source });
    source.droppedSamples = 7;
    receiver.stats = {
      ...{
        samples: 1000,
        lostSamples: 10,
        blankedSamples: 0,
        clippedSamples: 1,
        candidates: 9,
        packets: 3,
        echoes: 1,
      },
      refused: { ...NOTHING.refused, noise: 4, integrity: 1 },
      foreign: { ...NOTHING.foreign, 'fsk-like': 2 },
      busySeconds: 0.52,
    };
    for (const id of [10_000_001, 10_000_002, 10_000_001]) statistics.heard(id);
    const first = statistics.lap();
    expect(first).toEqual({
      ...{
        samples: 1000,
        lostSamples: 10,
        blankedSamples: 0,
        clippedSamples: 1,
        candidates: 9,
        packets: 3,
        echoes: 1,
      },
      ...{ droppedSamples: 7, meters: 2, busySeconds: 0.5 },
      refused: { noise: 4, integrity: 1 },
      foreign: { 'fsk-like': 2 },
    });
    expect(statistics.total()).toEqual(first);

    receiver.stats = {
      ...{
        samples: 3000,
        lostSamples: 10,
        blankedSamples: 0,
        clippedSamples: 1,
        candidates: 11,
        packets: 4,
        echoes: 1,
      },
      refused: { ...NOTHING.refused, noise: 5, integrity: 1 },
      foreign: { ...NOTHING.foreign, 'fsk-like': 2, carrier: 1 },
      busySeconds: 1.72,
    };
    statistics.heard(10_000_003);
    expect(statistics.lap()).toEqual({
      ...{
        samples: 2000,
        lostSamples: 0,
        blankedSamples: 0,
        clippedSamples: 0,
        candidates: 2,
        packets: 1,
        echoes: 0,
      },
      ...{ droppedSamples: 0, meters: 1, busySeconds: 1.2 },
      refused: { noise: 1 },
      foreign: { carrier: 1 },
    });
    expect(statistics.total()).toMatchObject({ samples: 3000, packets: 4, meters: 3 });
  });
});
