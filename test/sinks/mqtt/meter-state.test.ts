import { describe, expect, it } from 'vitest';
import { Flow } from '../../../src/sinks/mqtt/flow.js';
import { MeterState } from '../../../src/sinks/mqtt/meter-state.js';
import { meterEvent, registerReading, WATER } from '../entry-fixture.js';
import { HEARD_MS } from '../reading-fixture.js';

const at = (minutes: number, counts: number) =>
  registerReading({ timeMs: HEARD_MS + minutes * 60_000, counts, total: (counts / 10).toFixed(1) });

describe('Flow', () => {
  it('is told once five minutes are known, over the last five', () => {
    const flow = new Flow();
    expect([0, 1, 2, 3, 4].map((minutes) => flow.take(at(minutes, 100)))).toEqual([
      null,
      null,
      null,
      null,
      null,
    ]);
    expect(flow.take(at(5, 110))).toBeCloseTo(12);
    expect(flow.take(at(10, 110))).toBe(0);
    expect(flow.take(at(40, 160))).toBeCloseTo(10);
  });

  it('begins anew with the register, and is unknown without a scale', () => {
    const flow = new Flow();
    flow.take(at(0, 100));
    expect(flow.take({ ...at(6, 5), beginsAnew: true })).toBeNull();
    expect(flow.take({ ...at(12, 15), total: null })).toBeNull();
    expect(flow.take(at(12, 15))).toBeCloseTo(10);
  });

  it('keeps little of a meter that is heard all the time', () => {
    const flow = new Flow();
    for (let i = 0; i < 1000; i++) flow.take(registerReading({ timeMs: HEARD_MS + i, total: '1' }));
    expect(flow.take(registerReading({ timeMs: HEARD_MS + 400_000, total: '2' }))).toBeCloseTo(9);
  });
});

describe('MeterState', () => {
  const stateAfter = (...events: Parameters<typeof meterEvent>[0][]) => {
    const state = new MeterState(WATER);
    for (const event of events) state.takeEvent(meterEvent(event));
    state.takeReading(registerReading());
    return state.record();
  };

  it('is nothing before the first reading', () => {
    expect(new MeterState(WATER).record()).toBeNull();
  });

  it('has the conditions that go on', () => {
    expect(stateAfter()).toMatchObject({ leak: 'OFF', outage: 'OFF', tamper: 'OFF' });
    expect(stateAfter({})).toMatchObject({ leak: 'ON' });
    expect(stateAfter({}, { endMs: HEARD_MS })).toMatchObject({ leak: 'OFF' });
    expect(stateAfter({ id: 'a', type: 'outage' }, { id: 'b', type: 'outage', endMs: 1 })).toMatchObject({
      outage: 'ON',
    });
    expect(stateAfter({ type: 'power-loss' })).toMatchObject({ outage: 'ON' });
    expect(stateAfter({ type: 'tamper.removal' })).toMatchObject({ tamper: 'ON' });
    expect(stateAfter({ type: 'tamper.removal', timeMs: HEARD_MS - 86_400_001 })).toMatchObject({
      tamper: 'OFF',
    });
  });
});
