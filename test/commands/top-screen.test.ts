import { describe, expect, it } from 'vitest';
import { type TopMeter, type TopPacket, topScreen } from '../../src/commands/top-screen.js';
import { STATUS } from '../http/fake-house.js';

const NOW = 1_700_000_100_000;
const METER: TopMeter = {
  ...{ key: 'ert-10000001', name: 'House', commodity: 'electric', unit: 'kWh', packets: 12 },
  registers: [{ counts: 1_234_567, value: '12345.67' }],
  ...{ lastHeardMs: NOW - 5000, endpoints: [{ snrDb: 22.4 }] },
};
const PACKET: TopPacket = {
  ...{
    timeMs: NOW - 1000,
    protocol: 'SCM',
    commodity: 'gas',
    consumption: 7,
    snrDb: 9.6,
    carrierHz: 912.6e6,
    id: null,
  },
};

describe('topScreen', () => {
  it('shows receivers, meters and packets', () => {
    const lines = topScreen({ status: STATUS, meters: [METER], packets: [PACKET], nowMs: NOW }, 200, 40);
    expect(lines).toEqual([
      'roof: receiving',
      '  912.6000 MHz, gain 28.0 dB, noise -40.0 dBFS, 3 packets of 2 meters, clipped 0.00 %, lost 0.00 %',
      '',
      'METER                     WHAT          READING   HEARD      SNR dB   PACKETS',
      'House                     electric  12345.67 kWh   5 s ago        22        12',
      '',
      'PACKETS                   WHAT          REGISTER  MHz        SNR dB   MESSAGE',
      'somebody else’s, 1 s ago  gas                 7   912.6000       10       SCM',
    ]);
  });

  it('fits the terminal, and no name moves its cursor', () => {
    const meters = Array.from({ length: 100 }, () => ({ ...METER, name: 'evil\u001b[2J\nname' }));
    const packets = Array.from({ length: 100 }, () => PACKET);
    const lines = topScreen({ status: STATUS, meters, packets, nowMs: NOW }, 60, 24);
    expect(lines.length).toBeLessThan(24);
    expect(lines.every((line) => line.length <= 60)).toBe(true);
    expect(lines.join('')).not.toMatch(/\p{Cc}/u);
    expect(lines.some((line) => line.startsWith('somebody'))).toBe(true);
    expect(lines.some((line) => line.startsWith('… 9'))).toBe(true);
  });
});
