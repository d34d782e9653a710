import { describe, expect, it } from 'vitest';
import type { MeterEvent } from '../../src/readings/entry.js';
import { Ledger, type LedgerOptions } from '../../src/readings/ledger.js';
import { Pseudonyms } from '../../src/readings/pseudonym.js';
import { ownMeter } from '../sinks/database-fixture.js';
import { scmReading } from '../sinks/reading-fixture.js';

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 10, 2);
const [HOUSE, NEW, NEIGHBOUR] = [10_000_001, 10_000_099, 10_000_050];

interface Sender {
  readonly id: number;
  readonly fromH: number;
  readonly untilH: number;
  readonly snrDb?: number;
  readonly type?: number;
}

/** A street for two weeks: each sender is heard twice an hour. */
function events(senders: readonly Sender[], options: LedgerOptions = {}): MeterEvent[] {
  const ledger = new Ledger({ unknown: 'count', own: [ownMeter(HOUSE, { name: 'House' })], ...options });
  const told: MeterEvent[] = [];
  for (let half = 0; half < 2 * 24 * 14; half++) {
    const hours = half / 2;
    for (const { id, fromH, untilH, snrDb = 20, type = 7 } of senders) {
      if (hours < fromH || hours >= untilH) continue;
      const timeMs = START_MS + hours * HOUR_MS + (id % 60) * 1000;
      const given = {
        id,
        type,
        commodity: type === 7 ? 'electric' : 'gas',
        consumption: 1000 + half,
      } as const;
      for (const entry of ledger.take(scmReading({ ...given, timeMs, snrDb })))
        if (entry.kind === 'event') told.push(entry);
    }
    for (const entry of ledger.tick(START_MS + hours * HOUR_MS)) if (entry.kind === 'event') told.push(entry);
  }
  return told;
}

const house = { id: HOUSE, fromH: 0, untilH: 150 };
const neighbour = { id: NEIGHBOUR, fromH: 0, untilH: 400 };

describe('a meter that fell silent', () => {
  const street = [house, neighbour, { id: NEW, fromH: 151, untilH: 400, snrDb: 17 }];

  it('may have been exchanged for one of its kind that is there since, which is said once', () => {
    const told = events(street, { unknown: 'store' });
    expect(told).toMatchObject([
      {
        type: 'meter.exchange-likely',
        meter: { key: `ert-${HOUSE}`, name: 'House' },
        severity: 'warning',
        evidence: { candidate: `ert-${NEW}`, candidates: 1, snrDb: 17, snrBeforeDb: 20 },
      },
    ]);
    expect(told[0]?.message).toContain(`ertd meters exchange ert-${HOUSE} ${NEW}`);
  });

  it.each<[string, LedgerOptions]>([
    ['only counted', { unknown: 'count' }],
    ['kept under pseudonyms', { unknown: 'store', pseudonyms: new Pseudonyms(Buffer.alloc(32)) }],
  ])('is told without a number of the other one where others are %s', (_, options) => {
    const [told, ...more] = events(street, options);
    expect(more).toEqual([]);
    expect(told).toMatchObject({
      id: `meter.exchange-likely/ert-${HOUSE}/${START_MS + 151 * HOUR_MS + (NEW % 60) * 1000}`,
      message: `House fell silent, and another one, of its kind and about as strong, is there since: was the meter exchanged? Look for it with ertd meters, then: ertd meters exchange ert-${HOUSE} ID`,
    });
    expect(Object.keys(told!.evidence)).toEqual(['candidates', 'firstHeard', 'snrDb', 'snrBeforeDb']);
    expect(JSON.stringify(told)).not.toContain(String(NEW));
  });

  it.each([
    ['a neighbour that was always there', []],
    ['a far one', [{ id: NEW, fromH: 151, untilH: 400, snrDb: 6 }]],
    ['one of another kind', [{ id: NEW, fromH: 151, untilH: 400, type: 12 }]],
    ['one that came and went', [{ id: NEW, fromH: 151, untilH: 155 }]],
    ['one that came weeks later', [{ id: NEW, fromH: 150 + 170, untilH: 400 }]],
  ])('was not exchanged for %s', (_, others) => {
    expect(events([house, neighbour, ...others])).toEqual([]);
  });

  it('is not one that goes on', () => {
    expect(
      events([
        { ...house, untilH: 400 },
        { id: NEW, fromH: 151, untilH: 400 },
      ]),
    ).toEqual([]);
  });

  it('is not looked for where that is not wanted', () => {
    const senders = [house, neighbour, { id: NEW, fromH: 151, untilH: 400, snrDb: 17 }];
    expect(events(senders, { observesExchanges: false })).toEqual([]);
  });

  it('leads to no guess where nobody knows who is new', () => {
    const told = events([house, { id: NEW, fromH: 151, untilH: 400 }], { unknown: 'off' });
    expect(told).toEqual([]);
  });
});
