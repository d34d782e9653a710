import { describe, expect, it } from 'vitest';
import { encodeIdm } from '../../../src/decode/protocols/idm.js';
import { chosenProtocols, PROTOCOLS } from '../../../src/decode/protocols/index.js';
import { clear } from './soft-symbols.js';

const EVERY = PROTOCOLS.map(({ name }) => name.toLowerCase());
const packet = (id: number): Float32Array =>
  clear(
    encodeIdm({
      ...{ id, type: 0x17, version: 4, intervalCounter: 0, programmingState: 0, tamperCounters: [] },
      ...{ transmitTimeOffset: 0, asynchronousCounters: 0, outageFlags: '000000000000' },
      ...{ consumption: 5, intervals: [] },
    }),
  );

describe('the chosen protocols', () => {
  it('are those that are named', () => {
    const choice = { protocols: ['scm', 'r900'], idmMeters: [], netIdmMeters: [] };
    expect(chosenProtocols(choice).map(({ name }) => name)).toEqual(['SCM', 'R900']);
  });

  it('take the packets of named meters for what they are said to be', () => {
    const idm = chosenProtocols({
      protocols: EVERY,
      idmMeters: [10_000_001],
      netIdmMeters: [10_000_002],
    }).find(({ name }) => name === 'IDM')!;
    expect(idm.parse(packet(10_000_001))).toMatchObject({ message: 'IDM', consumption: 5 });
    expect(idm.parse(packet(10_000_002))).toMatchObject({ message: 'NetIDM' });
    expect(idm.parse(packet(10_000_003))).toMatchObject({ message: 'IDM' });
  });
});
