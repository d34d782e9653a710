import { describe, expect, it } from 'vitest';
import { dateMs, isRecentDate } from '../../src/readings/register-role.js';
import { type SiblingPacket, SiblingWatch } from '../../src/readings/siblings.js';
import { Random } from '../../src/synth/random.js';

const START_MS = Date.UTC(2026, 2, 3);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const N = 10_000_101;

function packet(given: Partial<SiblingPacket>): SiblingPacket {
  const plain = { protocol: 'SCM', id: N, type: 8, consumption: 0, timeMs: START_MS, fields: {} };
  return { ...plain, carrierHz: 912_600_000, ...given };
}

type Registers = (hours: number) => readonly number[];

/** Days of a meter whose IDs are heard together, now and then only some of them. */
function hearGroup(watch: SiblingWatch, registers: Registers, { type = 8, first = N, days = 40 } = {}): void {
  const random = new Random(first);
  for (let hours = 0; hours < 24 * days; hours += random.uniform(0.01, 4)) {
    const carrierHz = 912_600_000 + 200_000 * random.below(4);
    for (const [place, consumption] of registers(hours).entries()) {
      if (random.uniform() < 0.2) continue;
      const timeMs = START_MS + hours * HOUR_MS + 30 * place;
      watch.heard(packet({ id: first + place, type, consumption, timeMs, carrierHz }));
    }
  }
}

const rolesOf = (watch: SiblingWatch, id: number) => watch.groupOf(id)?.members.map(({ role }) => role);

const energy = (hours: number): number => (1_407_059 + Math.floor(120 * hours)) % 1e7;
/** The highest hour since the last reset, which is every 17 days. */
function demand(hours: number): number {
  const since = Math.floor(hours / 24 / 17) * 24 * 17;
  let peak = 0;
  for (let hour = since; hour <= hours; hour++) peak = Math.max(peak, HOURLY[hour % HOURLY.length]);
  return peak;
}
const HOURLY = Array.from(
  { length: 24 * 40 },
  (_, i) => 5000 + Math.floor(12_000 * new Random(i).exponential()),
);
const resetDate = (hours: number): number => (hours < 24 * 17 ? 21_826 : 32_026);

describe('siblings', () => {
  it('are one group, whose registers are told apart by how they behave', () => {
    const watch = new SiblingWatch();
    hearGroup(watch, (hours) => [energy(hours), demand(hours), resetDate(hours)]);
    for (const id of [N, N + 1, N + 2]) {
      const group = watch.groupOf(id)!;
      expect(group.members.map((member) => member.id)).toEqual([N, N + 1, N + 2]);
      expect(group.members.map(({ role }) => role)).toEqual(['energy', 'demand', 'date']);
      expect(group.certainty).toBeGreaterThan(0.999);
      for (const { certainty } of group.members) expect(certainty).toBeGreaterThan(0.99);
    }
  });

  it('may come in another order, and be energy by rate', () => {
    const watch = new SiblingWatch();
    hearGroup(watch, (hours) => [resetDate(hours), energy(hours), Math.floor(500_000 + 31 * hours)]);
    expect(rolesOf(watch, N)).toEqual(['date', 'energy', 'energy']);
  });

  it('of a net meter are what was delivered, what was received, and the difference', () => {
    const watch = new SiblingWatch();
    const registers = (hours: number) => {
      const [delivered, received] = [Math.floor(4400 + 20 * hours), Math.floor(67_000 + 31 * hours)];
      return [delivered, received, (delivered - received + 1e7) % 1e7];
    };
    hearGroup(watch, registers, { days: 3 });
    expect(rolesOf(watch, N + 1)).toEqual(['energy', 'received', 'net']);
    expect(watch.groupOf(N)!.members[2].certainty).toBeGreaterThan(0.99);
  });

  it('of type 4 are two, the first of them even', () => {
    const watch = new SiblingWatch();
    hearGroup(watch, (hours) => [48_213 + Math.floor(hours / 720), 412 + 40 * Math.floor(hours / 720)], {
      type: 4,
      first: 10_000_840,
    });
    expect(rolesOf(watch, 10_000_841)).toEqual(['energy', 'demand']);
    hearGroup(watch, energyPair, { type: 4, first: 10_000_851 });
    expect(rolesOf(watch, 10_000_851)).toEqual(['energy']);
    expect(rolesOf(watch, 10_000_852)).toEqual(['energy']);
  });

  it('know a date at once, before they are known to be siblings', () => {
    const watch = new SiblingWatch();
    watch.heard(packet({ id: N + 2, consumption: 21_826 }));
    expect(watch.groupOf(N + 2)).toMatchObject({ certainty: 1, members: [{ id: N + 2, role: 'date' }] });
    expect(watch.groupOf(N + 2)!.members[0].certainty).toBeGreaterThan(0.99);
    // The same digits long before that day are no date.
    watch.heard(packet({ id: N + 9, consumption: 21_826, timeMs: Date.UTC(2025, 1, 1) }));
    expect(rolesOf(watch, N + 9)).not.toEqual(['date']);
  });

  it('are not neighbours who have IDs in a row', () => {
    const watch = new SiblingWatch();
    const random = new Random(7);
    for (let hours = 0; hours < 200; hours += 0.5) {
      const place = random.below(3);
      const consumption = Math.floor(1_000_000 * (place + 1) + (50 + 40 * place) * hours);
      const carrierHz = 912_600_000 + 200_000 * random.below(4);
      watch.heard(packet({ id: N + place, consumption, timeMs: START_MS + hours * HOUR_MS, carrierHz }));
    }
    for (const id of [N, N + 1, N + 2])
      expect(watch.groupOf(id)).toMatchObject({ certainty: 1, members: [{ id, role: 'energy' }] });
  });

  it('of two meters in a row are two groups', () => {
    const watch = new SiblingWatch();
    hearGroup(watch, (hours) => [energy(hours), demand(hours), resetDate(hours)]);
    hearGroup(watch, (hours) => [energy(2 * hours), demand(hours + 99), resetDate(hours)], { first: N + 3 });
    expect(watch.groupOf(N + 2)!.members.map(({ id }) => id)).toEqual([N, N + 1, N + 2]);
    expect(watch.groupOf(N + 4)!.members.map(({ id }) => id)).toEqual([N + 3, N + 4, N + 5]);
  });

  it('are energy still while the house is empty, and where a register begins anew', () => {
    const watch = new SiblingWatch();
    const steps = [
      [0, 9_999_700],
      [1, 9_999_820],
      [2, 9_999_950],
      [3, 90],
      [4, 210],
      [5, 330],
    ] as const;
    for (const [hours, consumption] of steps)
      watch.heard(packet({ consumption, timeMs: START_MS + hours * HOUR_MS }));
    watch.heard(packet({ consumption: 330, timeMs: START_MS + 14 * DAY_MS }));
    expect(watch.groupOf(N)!.members[0]).toMatchObject({ role: 'energy' });
    expect(watch.groupOf(N)!.members[0].certainty).toBeGreaterThan(0.95);
  });

  it('leave other types, other messages and what comes by a repeater alone', () => {
    const watch = new SiblingWatch();
    watch.heard(packet({ type: 7 }));
    watch.heard(packet({ protocol: 'IDM' }));
    expect(watch.groupOf(N)).toBeNull();
    for (let i = 0; i < 20; i++) {
      const timeMs = START_MS + i * HOUR_MS;
      for (const place of [0, 1])
        watch.heard(packet({ id: N + place, consumption: i, timeMs, fields: { relayed: true } }));
    }
    expect(watch.groupOf(N)!.members).toHaveLength(1);
  });
});

/** Two meters that happen to be read at the same moments. */
const energyPair: Registers = (hours) => [Math.floor(1e5 + 3 * hours), Math.floor(2e5 + 2 * hours)];

describe('dates in decimal digits', () => {
  it('are MMDDYY, with or without the leading zero', () => {
    expect(dateMs(110_714)).toBe(Date.UTC(2014, 10, 7));
    expect(dateMs(21_814)).toBe(Date.UTC(2014, 1, 18));
    for (const none of [0, 23_014, 130_114, 10_014, 110_014, 1_407_059]) expect(dateMs(none)).toBeNull();
  });

  it('count while they are recent', () => {
    const heardMs = Date.UTC(2014, 10, 20);
    expect(isRecentDate(110_714, heardMs)).toBe(true);
    expect(isRecentDate(112_514, heardMs)).toBe(false);
    expect(isRecentDate(110_710, heardMs)).toBe(false);
  });
});
