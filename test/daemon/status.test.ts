import { describe, expect, it } from 'vitest';
import { type ReceiverStatus, receiverState, summaryOf } from '../../src/daemon/status.js';

const flowing = { outages: 0, outage: null, idleSeconds: 0.01, flowSeconds: 3600 };
const away = {
  outages: 1,
  outage: { seconds: 90, why: 'The dongle A is not plugged in.' },
  idleSeconds: 3,
  flowSeconds: 0,
};

describe('what a receiver is at', () => {
  it.each([
    ['receiving', flowing, 0.1],
    ['receiving', null, 9999],
    ['hanging', flowing, 16],
    ['receiving', { ...flowing, flowSeconds: 0.1 }, 90],
    ['recovering', away, 90],
    ['hanging', { ...away, idleSeconds: 61 }, 90],
  ])('%s', (state, health, searchSeconds) => {
    expect(receiverState(health, searchSeconds)).toBe(state);
  });
});

const receiver: ReceiverStatus = {
  name: 'roof',
  source: 'rtlsdr',
  state: 'receiving',
  why: null,
  outageSeconds: null,
  outages: 0,
  centerHz: 912_600_000,
  sampleRateHz: 2_359_296,
  listening: null,
  gainDb: 28,
  tuner: 'R820T',
  ppm: 0,
  crystal: null,
  noiseDbfs: -38,
  samples: 1000,
  lostSamples: 0,
  droppedSamples: 0,
  clippedSamples: 0,
  packets: 12,
  meters: 3,
  secondsSincePacket: 4,
  refused: {},
};

describe('the line for systemd', () => {
  it('tells what was received', () => {
    expect(summaryOf({ receivers: [receiver, receiver], database: null })).toBe(
      'Receiving, 24 packets so far',
    );
  });

  it('tells what is wrong', () => {
    const sick = { ...receiver, state: 'recovering', why: away.outage.why } as const;
    const database = { path: 'x', stored: 1, queued: 2, dropped: 0, trouble: 'the disk is full' };
    expect(summaryOf({ receivers: [sick], database })).toBe(
      'roof is recovering: The dongle A is not plugged in. The database cannot be written: the disk is full (12 packets so far)',
    );
  });
});
