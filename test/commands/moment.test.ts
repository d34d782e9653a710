import { expect, it } from 'vitest';
import { parseMoment } from '../../src/commands/moment.js';

const NOW_MS = Date.UTC(2026, 10, 20, 12);
const iso = (text: string) => new Date(parseMoment(text, NOW_MS)).toISOString();

it('reads how long ago', () => {
  expect(iso('2d')).toBe('2026-11-18T12:00:00.000Z');
  expect(iso(' 90m ')).toBe('2026-11-20T10:30:00.000Z');
  expect(iso('0')).toBe('2026-11-20T12:00:00.000Z');
});

it('reads dates, in UTC unless they name a zone', () => {
  expect(iso('2026-11-01')).toBe('2026-11-01T00:00:00.000Z');
  expect(iso('2026-11-01T18:30')).toBe('2026-11-01T18:30:00.000Z');
  expect(iso('2026-11-01 18:30:05.25')).toBe('2026-11-01T18:30:05.250Z');
  expect(iso('2026-11-01T18:30z')).toBe('2026-11-01T18:30:00.000Z');
  expect(iso('2026-11-01T18:30+01:00')).toBe('2026-11-01T17:30:00.000Z');
  expect(iso('2026-11-01T18:30-0500')).toBe('2026-11-01T23:30:00.000Z');
});

it('refuses everything else', () => {
  for (const text of [
    '',
    'yesterday',
    '2',
    '-2d',
    '2026-02-31',
    '2026-13-01',
    '2026-11-01T25:00',
    '11/01/2026',
  ]) {
    expect(() => parseMoment(text, NOW_MS)).toThrow(
      `"${text}" is not a point in time; write how long ago, like 12h or 2d, or a date`,
    );
  }
});

it('reads dates of a zone where they name none, at the first moment of the day', () => {
  const local = (text: string, zone: string) => new Date(parseMoment(text, NOW_MS, zone)).toISOString();
  expect(local('2026-11-01', 'America/New_York')).toBe('2026-11-01T04:00:00.000Z');
  expect(local('2026-11-01T18:30', 'America/New_York')).toBe('2026-11-01T23:30:00.000Z');
  expect(local('2026-11-01', 'America/Havana')).toBe('2026-11-01T04:00:00.000Z');
  expect(local('2026-03-08', 'America/Havana')).toBe('2026-03-08T05:00:00.000Z');
  expect(local('2026-11-01Z', 'America/New_York')).toBe('2026-11-01T00:00:00.000Z');
});
