import { describe, expect, it } from 'vitest';
import type { Commodity } from '../../../src/readings/commodity.js';
import type { Hearing } from '../../../src/readings/events/hearing.js';
import { isDeaf, silentTogether } from '../../../src/readings/events/silence.js';
import { MINUTE_MS, START_MS } from './street-fixture.js';

/** Meters heard every minute, last so many minutes after the start. */
function meters(commodity: Commodity, ...lastMinutes: number[]): Hearing[] {
  return lastMinutes.map((minute, i) => ({
    meter: { key: `ert-${commodity.length * 100 + i}`, name: null, commodity },
    lastMs: START_MS + minute * MINUTE_MS,
    gapMs: MINUTE_MS,
    longestMs: 5 * MINUTE_MS,
    gaps: 64,
  }));
}

const GONE = [0, -1, -0.5, -2, -0.1];

describe('meters that fall silent', () => {
  it.each([
    ['all electric ones, while gas is heard', [...meters('electric', ...GONE), ...meters('gas', 8, 7, 9)], 5],
    ['some of many, while the others are heard', [...meters('electric', ...GONE, 19, 20, 20, 18, 19, 20)], 5],
    ['two, where there are no others', [...meters('electric', 0, -1), ...meters('water', 15, 14)], 2],
    [
      'two of many: behind a lorry',
      [...meters('electric', 0, -1, 19, 20, 20, 18), ...meters('gas', 20, 19)],
      null,
    ],
    ['one', [...meters('electric', 0), ...meters('gas', 60, 59)], null],
    ['all, gas too: the receiver', [...meters('electric', ...GONE), ...meters('gas', 0, -1, -2)], null],
    [
      'all, and of much gas one only is heard: nearly deaf',
      [...meters('electric', ...GONE), ...meters('gas', 9, 0, -1, 0, -1)],
      null,
    ],
    ['too early to tell', [...meters('electric', ...GONE), ...meters('gas', 3, 4)], null],
    ['and one that was dead before', [...meters('electric', ...GONE, -90), ...meters('gas', 8, 7, 9)], 5],
    ['gas alone: it has no power to lose', [...meters('gas', ...GONE), ...meters('electric', 20, 20)], null],
  ])('%s', (_, street, members) => {
    expect(silentTogether(street)?.members.length ?? null).toBe(members);
  });

  it('are all of them where the receiver is deaf', () => {
    const street = [...meters('electric', 0, -1), ...meters('gas', -1, -0.5), ...meters('water', -500)];
    expect(isDeaf(street, START_MS, START_MS + 6 * MINUTE_MS)).toBe(false);
    expect(isDeaf(street, START_MS, START_MS + 7 * MINUTE_MS)).toBe(true);
    expect(isDeaf([], START_MS, START_MS + 900 * MINUTE_MS)).toBe(false);
  });
});
