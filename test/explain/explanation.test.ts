import { describe, expect, it } from 'vitest';
import { scm } from '../../src/decode/protocols/scm.js';
import { explanation, explanationRecords } from '../../src/explain/explanation.js';
import { Findings } from '../../src/explain/findings.js';
import { Receiver } from '../../src/receiver/receiver.js';
import type { SampleBlock, SampleSource, Tuning } from '../../src/sources/source.js';
import { LEAST_CONFIDENCE } from '../dsp/hearing.js';
import { RATE, type Sounding, sceneOf } from './scene.js';

const TUNING: Tuning = { centerHz: 912_600_000, sampleRateHz: RATE, gainDb: 'auto', ppm: 0 };

class Scene implements SampleSource {
  readonly id = 'scene';
  readonly live = false;
  readonly lengthSamples = null;
  readonly droppedSamples = 0;
  readonly #bytes: Uint8Array;
  readonly #tuning: Tuning;

  constructor(bytes: Uint8Array, tuning: Tuning) {
    this.#bytes = bytes;
    this.#tuning = tuning;
  }

  async open(): Promise<Tuning> {
    return this.#tuning;
  }

  async *blocks(): AsyncGenerator<SampleBlock> {
    yield { bytes: this.#bytes, format: 'cu8', firstSample: 0, timeMs: null };
  }

  async close(): Promise<void> {}
}

async function explain(bytes: Uint8Array, options: { all?: boolean; tuning?: Partial<Tuning> } = {}) {
  const tuning = { ...TUNING, ...options.tuning };
  const findings = new Findings(options.all ?? false);
  const receiver = new Receiver(new Scene(bytes, tuning), {
    protocols: [scm],
    minConfidence: LEAST_CONFIDENCE,
    observer: findings,
  });
  await receiver.open(tuning);
  await receiver.run(new AbortController().signal, () => {});
  return {
    text: explanation(findings, receiver, tuning),
    records: [...explanationRecords(findings, receiver, tuning)],
    stats: receiver.stats,
  };
}

const EVERYTHING: readonly Sounding[] = [
  { what: 'P', seconds: 0.03, carrierHz: -300e3, snrDb: 20, id: 10_000_001 },
  { what: 'F', seconds: 0.06, carrierHz: 500e3, snrDb: 25, id: 10_000_002 },
  { what: 'fsk', seconds: 0.08, length: 0.04, carrierHz: -700e3, snrDb: 25, seed: 3 },
  { what: 'chirp', seconds: 0.12, length: 0.06, carrierHz: 850e3, snrDb: 20, seed: 4 },
  { what: 'ook', seconds: 0.14, length: 0.05, carrierHz: -100e3, snrDb: 25, seed: 3 },
  { what: 'G', seconds: 0.15, carrierHz: 300e3, snrDb: 5, id: 10_000_003, seed: 4 },
  { what: 'manchester', seconds: 0.22, length: 0.023, carrierHz: -500e3, snrDb: 22 },
  { what: 'pulses', seconds: 0.21, length: 0.03, carrierHz: 400e3, snrDb: 25, seed: 2 },
  { what: 'carrier', seconds: 0.04, length: 0.2, carrierHz: -950e3, snrDb: 20 },
];

describe('an explanation', () => {
  it('reads as in scene.expected.txt', async () => {
    const { text } = await explain(sceneOf(0.3, EVERYTHING, 5));
    await expect(text).toMatchFileSnapshot('scene.expected.txt');
  });

  it('has a record for every line, and one for all', async () => {
    const { records, stats } = await explain(sceneOf(0.3, EVERYTHING, 5));
    const last = records.at(-1)!;
    expect(last).toMatchObject({ kind: 'summary', packets: 2, candidates: stats.candidates });
    expect(last.verdict).toContain('2 packets from 2 meters decoded.');
    const classes = records.flatMap((one) => (one.kind === 'foreign' ? [one.class] : []));
    expect(new Set(classes)).toEqual(
      new Set(['carrier', 'fsk-like', 'chirp', 'ook', 'manchester', 'too-short']),
    );
    const became = records.flatMap((one) => (one.kind === 'candidate' ? [one.became] : []));
    expect(became.toSorted()).toEqual(['accepted', 'accepted', 'refused']);
    expect(records.find((one) => one.became === 'refused')).toMatchObject({
      why: 'integrity',
      demodulation: expect.any(String),
      snrDb: expect.any(Number),
    });
  });

  it('lists every candidate where all are wanted', async () => {
    const { text, records, stats } = await explain(sceneOf(0.06, EVERYTHING.slice(0, 1)), { all: true });
    expect(records.filter(({ kind }) => kind === 'candidate')).toHaveLength(stats.candidates);
    const fates = new Set(records.map(({ became }) => became));
    for (const became of ['accepted', 'noise', 'yielded']) expect(fates).toContain(became);
    expect(text.split('\n').length).toBeGreaterThan(stats.candidates);
    expect(text).toContain('no packet behind it');
    expect(text).toContain('a better one holds its channel');
  });

  it.each<[string, Uint8Array, Partial<Tuning>, RegExp]>([
    ['noise', sceneOf(0.1, []), {}, /nothing but noise.*antenna.* 0\.1 s are short/s],
    [
      'another band',
      sceneOf(0.05, []),
      { centerHz: 433_920_000 },
      /window, 432\.7 MHz to 435\.1 MHz, lies outside/,
    ],
    ['a low gain', new Uint8Array(2 * 0.05 * RATE).fill(128), {}, /set a higher gain/],
    [
      'a high gain',
      sceneOf(0.05, [{ what: 'P', seconds: 0.01, carrierHz: 2e5, snrDb: 45 }]),
      {},
      /overdriven, \d+ % of the samples clip: set a lower gain/,
    ],
    [
      'weak meters',
      sceneOf(
        0.1,
        [1, 2, 3, 4, 5, 6].map((n) => {
          return { what: 'P', seconds: 0.012 * n, carrierHz: -8e5 + 2e5 * n, snrDb: 4.5, seed: n };
        }),
      ),
      {},
      /\d bursts? like an ERT packet came too weak .* typically by [2-6]\.\d dB/,
    ],
    [
      'FSK',
      sceneOf(0.05, [{ what: 'fsk', seconds: 0.01, length: 0.01, carrierHz: 3e5, snrDb: 25 }]),
      {},
      /Like FSK: 1 signal; another kind of meter/,
    ],
    [
      'a carrier of the radio itself',
      sceneOf(0.05, [{ what: 'carrier', seconds: 0.01, length: 0.03, carrierHz: 0, snrDb: 25 }]),
      {},
      /steady carrier at the tuned centre is the radio.s own/,
    ],
  ])('says what to do about %s', async (_what, bytes, tuning, sentence) => {
    expect((await explain(bytes, { tuning })).text).toMatch(sentence);
  });
});
