import { describe, expect, it } from 'vitest';
import { saidIn } from '../../src/synth/message.js';
import { populate } from '../../src/synth/meter.js';
import { type Recording, record } from '../../src/synth/recording.js';
import { heardBy, type Radio, type Sending } from '../../src/synth/sending.js';
import { sigmfMeta } from '../../src/synth/sigmf.js';
import { street } from '../../src/synth/street.js';
import { truthOf } from '../../src/synth/truth.js';

const RADIO: Radio = { centerHz: 912.6e6, sampleRateHz: 1e6, ppm: 0, noiseRms: 0.05 };

const SENDING: Sending = {
  message: {
    protocol: 'SCM',
    fields: { id: 10_000_001, type: 12, consumption: 4711, tamperPhy: 1, tamperEnc: 2, relayed: false },
  },
  class: 'G',
  seconds: 0.010_000_4,
  carrierHz: 912.7e6,
  chipPpm: 0,
  ebN0Db: 21.26,
  seed: 3,
};

function recording(given: Partial<Recording> = {}): Recording {
  const meters = populate(
    {
      meters: 40,
      firstId: 10_000_001,
      class: 'mix',
      periodSeconds: { least: 0.05, most: 0.1 },
      ebN0Db: { least: 10, most: 30 },
      relayedShare: 0,
    },
    1,
  );
  return { sendings: street(meters, 0.3), radio: RADIO, format: 'cs8', samples: 250_000, seed: 2, ...given };
}

function recorded(given: Partial<Recording> = {}, blockSamples?: number) {
  const blocks = [...record(recording(given), blockSamples)];
  return {
    bytes: Buffer.concat(blocks.map(({ bytes }) => bytes)),
    heard: blocks.flatMap(({ heard }) => heard),
    blocks,
  };
}

describe('record', () => {
  const whole = recorded();

  it('gives the same bytes every time, however they are cut into blocks', () => {
    expect(whole.bytes).toHaveLength(2 * 250_000);
    for (const blockSamples of [undefined, 1000, 32_001, 250_000]) {
      const again = recorded({}, blockSamples);
      expect(again.bytes.equals(whole.bytes)).toBe(true);
      expect(again.heard.map(({ firstSample }) => firstSample)).toEqual(
        whole.heard.map(({ firstSample }) => firstSample),
      );
      expect(again.blocks.at(-1)?.endSample).toBe(250_000);
    }
  });

  it('is another recording with another seed', () => {
    expect(recorded({ seed: 3 }).bytes.equals(whole.bytes)).toBe(false);
  });

  it('hears what lies within its window and its length in full, and tells it when it is over', () => {
    const sent = [...recording().sendings];
    const within = sent.filter(({ carrierHz, seconds }) => {
      return Math.abs(carrierHz - 912.6e6) < 450e3 && seconds + 0.00586 < 0.25;
    });
    expect(whole.heard.map(({ sending }) => sending)).toEqual(within);
    expect(within.length).toBeGreaterThan(8);
    expect(within.length).toBeLessThan(sent.length / 4);
    let before = 0;
    for (const { endSample, heard } of recorded({}, 5000).blocks) {
      for (const packet of heard) expect(packet.endSample).toBeLessThanOrEqual(endSample);
      for (const packet of heard) expect(packet.endSample).toBeGreaterThan(before - 5000);
      before = endSample;
    }
  });

  it('leaves out a packet that would begin before the recording', () => {
    expect(recorded({ sendings: [{ ...SENDING, seconds: -0.001 }] }).heard).toEqual([]);
  });

  it('clips a meter that is too near', () => {
    const { bytes } = recorded({ sendings: [{ ...SENDING, ebN0Db: 60 }], samples: 20_000 });
    expect(bytes.filter((byte) => byte === 0x7f || byte === 0x80).length).toBeGreaterThan(1000);
  });
});

describe('a radio', () => {
  it('hears nothing at the ends of its window, where it would hear it on the wrong side', () => {
    const heard = (hz: number) => heardBy(RADIO, { ...SENDING, carrierHz: hz });
    expect(heard(912.6e6 + 449e3)).not.toBeNull();
    expect(heard(912.6e6 - 449e3)).not.toBeNull();
    expect(heard(912.6e6 + 451e3)).toBeNull();
    expect(heard(921.8e6)).toBeNull();
  });

  it('with a fast crystal hears carriers lower, and takes more samples', () => {
    const right = heardBy(RADIO, { ...SENDING, seconds: 2 });
    const fast = heardBy({ ...RADIO, ppm: 100 }, { ...SENDING, seconds: 2 });
    expect(right?.carrierHz).toBe(912.7e6);
    expect(fast?.carrierHz).toBeCloseTo(912.7e6 - 91_261, -1);
    expect(fast?.onAir.transmission.carrierHz).toBeCloseTo(100e3 - 91_261, -1);
    expect(right?.firstSample).toBe(2_000_000);
    expect(fast?.firstSample).toBe(2_000_200);
    expect((fast?.onAir.transmission.samplesPerChip ?? 0) / (1e6 / 32_768)).toBeCloseTo(1.0001, 7);
  });

  it('hears shorter chips from a fast chip clock', () => {
    const heard = heardBy(RADIO, { ...SENDING, chipPpm: 50 });
    expect((heard?.onAir.transmission.samplesPerChip ?? 0) * 32_768).toBeCloseTo(1e6 / 1.00005, 3);
  });

  it('hears the strength that was asked for', () => {
    const transmission = heardBy(RADIO, { ...SENDING, ebN0Db: 20 })?.onAir.transmission;
    const energy = (transmission?.amplitude ?? 0) ** 2 * (transmission?.samplesPerChip ?? 0);
    expect(10 * Math.log10(energy / RADIO.noiseRms ** 2)).toBeCloseTo(20, 9);
  });
});

describe('truthOf', () => {
  it('has the keys of a printed packet, and what only the sender knows', () => {
    const heard = heardBy(RADIO, SENDING)!;
    expect(truthOf(heard, RADIO, Date.UTC(2026, 0, 2))).toEqual({
      time: '2026-01-02T00:00:00.010Z',
      seconds: 0.01,
      sample: 10_000,
      protocol: 'SCM',
      id: 10_000_001,
      type: 12,
      consumption: 4711,
      tamperPhy: 1,
      tamperEnc: 2,
      relayed: false,
      checksum: 0x4efa,
      carrierHz: 912_700_000,
      class: 'G',
      ebN0Db: 21.3,
    });
    expect(truthOf(heard, RADIO, null).time).toBeNull();
  });

  it('has the check bits that the packet is sent with', () => {
    const fields = {
      id: 12_345_678,
      type: 7,
      consumption: 123_456,
      tamperPhy: 1,
      tamperEnc: 0,
      relayed: false,
    };
    expect(saidIn({ protocol: 'SCM', fields }).checksum).toBe(0x5517);
  });
});

describe('sigmfMeta', () => {
  it('says what the samples are', () => {
    const meta = JSON.parse(sigmfMeta(RADIO, 'cs16', Date.UTC(2026, 0, 2), 'Made up.'));
    expect(meta.global).toMatchObject({
      'core:datatype': 'ci16_le',
      'core:sample_rate': 1e6,
      'core:version': '1.0.0',
    });
    expect(meta.captures).toEqual([
      { 'core:sample_start': 0, 'core:frequency': 912.6e6, 'core:datetime': '2026-01-02T00:00:00.000Z' },
    ]);
    expect(meta.annotations).toEqual([]);
    expect(JSON.parse(sigmfMeta(RADIO, 'cu8', null, '')).captures[0]).not.toHaveProperty('core:datetime');
  });
});
