import { describe, expect, it } from 'vitest';
import type { MeterEvent } from '../../../src/readings/entry.js';
import { flaggedSpan, offsetJump } from '../../../src/readings/events/interval-flags.js';
import { PowerLossWatch } from '../../../src/readings/events/power-loss-watch.js';
import { HOUR_MS, MINUTE_MS, packetOf, START_MS, type StreetMeter, streetMeter } from './street-fixture.js';

const END_MS = START_MS;

describe('the flags of intervals', () => {
  it.each([
    ['none', '000000000000', null],
    ['the one that runs', '800000000000', [0, 5]],
    ['the newest that ended', '400000000000', [-5, 0]],
    ['a stretch of three', '070000000000', [-35, -20]],
    ['the latest of two stretches', '0300000000ff', [-35, -25]],
    ['all of them', 'ffffffffffff', [-235, 5]],
  ] as const)('%s', (_, flags, minutes) => {
    const span = minutes && {
      startMs: END_MS + minutes[0] * MINUTE_MS,
      endMs: END_MS + minutes[1] * MINUTE_MS,
    };
    expect(flaggedSpan(flags, END_MS)).toEqual(span);
  });

  it('shows how far a clock was set', () => {
    expect(offsetJump(START_MS, START_MS + 3 * 300_000)).toBe(0);
    expect(offsetJump(START_MS, START_MS + 3 * 300_000 + 40_000)).toBe(40_000);
    expect(offsetJump(START_MS, START_MS + 300_000 - 40_000)).toBe(-40_000);
  });
});

/** Ten minutes of a meter's packets, and what is told. */
class Story {
  readonly told: MeterEvent[] = [];
  readonly watch = new PowerLossWatch(
    (event) => this.told.push(event),
    () => this.isExplained,
  );
  isExplained = false;
  #nowMs = START_MS;

  hears(meter: StreetMeter, { losses = 0, flags = '000000000000' } = {}): this {
    this.#nowMs += MINUTE_MS;
    const packet = packetOf(meter, this.#nowMs, true);
    const tamperCounters = [0, 0, 0, losses, 0, 0];
    this.watch.heard({
      meter: meter.label,
      endpoint: meter.label.key,
      packet: { ...packet, fields: { ...packet.fields, tamperCounters, outageFlags: flags } },
    });
    return this;
  }

  passes(ms: number): this {
    this.#nowMs += ms;
    this.watch.tick(this.#nowMs);
    return this;
  }
}

const meter = (id: number) => streetMeter(id, 'electric', 'SCM and IDM', { name: `E${id}`, phaseMs: 0 });

describe('losses of power', () => {
  it('are told by the counter, once it was heard twice', () => {
    const story = new Story()
      .hears(meter(1))
      .hears(meter(1), { losses: 1 })
      .passes(9 * HOUR_MS);
    expect(story.told).toEqual([]);
    story.hears(meter(1), { losses: 1 }).passes(HOUR_MS);
    expect(story.told).toEqual([]);
    story.passes(HOUR_MS);
    expect(story.told).toMatchObject([
      {
        type: 'power-loss',
        timeMs: START_MS + MINUTE_MS,
        endMs: START_MS + 2 * MINUTE_MS,
        evidence: { losses: 1, flagged: false, offsetJumpSeconds: 0 },
      },
    ]);
  });

  it('are told by flags, and with the counter that comes with them as one', () => {
    const flagged = { losses: 1, flags: '300000000000' };
    const story = new Story()
      .hears(meter(1))
      .hears(meter(1), flagged)
      .hears(meter(1), flagged)
      .hears(meter(1), flagged);
    story
      .passes(2 * HOUR_MS)
      .hears(meter(1), { losses: 1, flags: '000000c00000' })
      .passes(2 * HOUR_MS);
    expect(story.told).toMatchObject([
      {
        type: 'power-loss',
        timeMs: START_MS - 15 * MINUTE_MS,
        endMs: START_MS - 5 * MINUTE_MS,
        evidence: { flagged: true },
      },
    ]);
  });

  it('say nothing of what was before the meter was first heard', () => {
    const story = new Story().hears(meter(1), { losses: 7, flags: '00ff00000000' });
    story.hears(meter(1), { losses: 7, flags: '00ff00000000' }).passes(9 * HOUR_MS);
    expect(story.told).toEqual([]);
  });

  it('of three meters at the same time are an outage, and stragglers are of it', () => {
    const story = new Story();
    for (const losses of [0, 1, 1]) for (const id of [1, 2, 3]) story.hears(meter(id), { losses });
    story.hears(meter(4)).passes(2 * HOUR_MS);
    expect(story.told).toMatchObject([
      { type: 'outage', meter: null, evidence: { sign: 'counters', meters: 3, named: 'E1, E2, E3' } },
    ]);
  });

  it('are not told where an outage explains them', () => {
    const story = new Story().hears(meter(1));
    story.isExplained = true;
    story
      .hears(meter(1), { losses: 1 })
      .hears(meter(1), { losses: 1 })
      .passes(2 * HOUR_MS);
    expect(story.told).toEqual([]);
  });
});
