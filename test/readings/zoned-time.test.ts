import { DateTime } from 'luxon';
import { afterEach, describe, expect, it, vi } from 'vitest';

const HOUR_MS = 3_600_000;
const YEAR_MS = Date.UTC(2026, 0, 1);

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

/** The module as it is on a machine in a zone. */
function on(zone: string) {
  vi.stubEnv('TZ', zone);
  return import('../../src/readings/zoned-time.js');
}

describe('the zone of this machine', () => {
  it.each(['America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu'])(
    'is %s, with its clocks',
    async (zone) => {
      const { momentIn, zoneHere } = await on(zone);
      expect(zoneHere()).toBe(zone);
      for (let timeMs = YEAR_MS; timeMs < YEAR_MS + 365 * 24 * HOUR_MS; timeMs += HOUR_MS) {
        const moment = momentIn(zone, timeMs);
        expect(moment.toISO()).toBe(DateTime.fromMillis(timeMs, { zone }).toISO());
      }
      expect(momentIn('Europe/Berlin', YEAR_MS).toISO()).toBe('2026-01-01T01:00:00.000+01:00');
    },
  );

  it.each([
    ['Etc/UTC', 'UTC'],
    ['EST5EDT', 'America/New_York'],
    [':Europe/Berlin', 'Europe/Berlin'],
  ])('that it calls %s is %s', async (name, zone) => {
    expect((await on(name)).zoneHere()).toBe(zone);
  });

  it('is the same by another name', async () => {
    const { isSameZone } = await on('US/Eastern');
    expect(isSameZone('America/New_York', 'US/Eastern')).toBe(true);
    expect(isSameZone('America/New_York', 'America/Chicago')).toBe(false);
    expect(isSameZone('America/New_York', 'Mars/Olympus')).toBe(false);
  });

  it('loads no tables to know its clocks, or that it is the same', async () => {
    const tables = vi.spyOn(Intl, 'DateTimeFormat');
    const { isSameZone, momentIn, zoneHere } = await on('America/New_York');
    expect(isSameZone('America/New_York', zoneHere())).toBe(true);
    expect(momentIn(zoneHere(), YEAR_MS).startOf('day').plus({ days: 1 }).toISODate()).toBe('2026-01-01');
    expect(tables).not.toHaveBeenCalled();
  });
});
