import { describe, expect, it } from 'vitest';
import { Decoder, type Verdict } from '../../src/decode/decoder.js';
import type { Packet, ParseResult, Protocol } from '../../src/decode/protocol.js';
import { encodeScm, type ScmFields, scm } from '../../src/decode/protocols/scm.js';
import type { Burst } from '../../src/dsp/burst.js';

const LENGTH = 13_824;
const SYMBOL = LENGTH / 96;
const FIELDS: ScmFields = {
  id: 10_000_001,
  type: 7,
  consumption: 0xa53c96,
  tamperPhy: 1,
  tamperEnc: 2,
  relayed: false,
};
/** What 16 check bits that agree say against noise, nats. */
const CHECK = 16 * Math.LN2;

/** Symbols as sent, each this sure, but for some that say the opposite. */
function softOf(bits: Uint8Array, nats = 30, wrong: readonly number[] = []): Float32Array {
  const soft = Float32Array.from(bits, (bit) => (bit === 1 ? nats : -nats));
  for (const i of wrong) soft[i] = -soft[i];
  return soft;
}

/** A burst of FIELDS, or of others, that leaves no doubt. */
function burst(overrides: Partial<Burst> = {}, fields: Partial<ScmFields> = {}): Burst {
  return {
    sync: 0,
    soft: softOf(encodeScm({ ...FIELDS, ...fields })),
    firstSample: 100_000,
    lengthSamples: LENGTH,
    carrierHz: 250_000,
    bandwidthHz: 32_768,
    snrDb: 20,
    noiseDbfs: -60,
    demodulation: 'narrow',
    evidence: 900,
    keyingEvidence: 800,
    ...overrides,
  };
}

/** Packets of bursts that all come at once, and what was counted. */
function decode(bursts: readonly Burst[], leastConfidence = 0.99) {
  const decoder = new Decoder([scm], leastConfidence);
  const packets = decoder.decode(bursts, Number.POSITIVE_INFINITY);
  return { packets, stats: decoder.stats };
}

function carriersOf(packets: readonly Packet[]): number[] {
  return packets.map(({ carrierHz }) => carrierHz);
}

describe('Decoder', () => {
  it('refuses a strong packet that is silent at its end, of which samples are missing', () => {
    /** A packet whose check ends in so many zeros, the last symbols of which are less sure. */
    const ending = (zeros: number, lastShares: readonly number[], nats = 30): Burst => {
      const endsSo = (bits: Uint8Array): boolean =>
        bits[bits.length - zeros - 1] === 1 && bits.slice(bits.length - zeros).every((bit) => bit === 0);
      let consumption = 0;
      while (!endsSo(encodeScm({ ...FIELDS, consumption }))) consumption++;
      const soft = softOf(encodeScm({ ...FIELDS, consumption }), nats);
      lastShares.forEach((share, i) => {
        soft[soft.length - lastShares.length + i] *= share;
      });
      return burst({ soft });
    };
    const { packets, stats } = decode([ending(1, [0.04])]);
    expect(packets).toEqual([]);
    expect(stats.rejected['line-code']).toBe(1);
    expect(decode([ending(3, [0.1, 0.2, 0.25])]).packets).toEqual([]);
    // One that ends in what nobody's silence says, that is surer, or that is weak as a whole, may be.
    expect(decode([ending(0, [0.04])]).packets).toHaveLength(1);
    expect(decode([ending(1, [0.1])]).packets).toHaveLength(1);
    expect(decode([ending(1, [0.04], 11)]).packets).toHaveLength(1);
  });

  it('makes a packet of a burst: what it says, where it was, how strong', () => {
    const sent = burst();
    const { packets, stats } = decode([sent]);
    expect(packets).toEqual([
      {
        protocol: 'SCM',
        meterId: 10_000_001,
        type: 7,
        consumption: 0xa53c96,
        fields: expect.objectContaining({ tamperPhy: 1, tamperEnc: 2, relayed: false }),
        bits: encodeScm(FIELDS),
        firstSample: 100_000,
        carrierHz: 250_000,
        snrDb: 20,
        correctedBits: 0,
        confidence: expect.closeTo(1, 6),
        burst: sent,
      },
    ]);
    expect(stats).toEqual({
      packets: 1,
      echoes: 0,
      rejected: { length: 0, 'line-code': 0, integrity: 0, implausible: 0 },
    });
  });

  it('asks for the protocol that the burst was found by', () => {
    const other: Protocol = { ...scm, name: 'OTHER', parse: () => ({ ok: false, why: 'implausible' }) };
    const decoder = new Decoder([other, scm], 0.99);
    const [packet] = decoder.decode([burst(), burst({ sync: 1 })], Number.POSITIVE_INFINITY);
    expect(packet.protocol).toBe('SCM');
    expect(decoder.stats.rejected.implausible).toBe(1);
  });
});

describe('Decoder, by evidence', () => {
  it('wants fifty nats over noise, of which the check gives eleven', () => {
    const keyingEvidence = -1000;
    expect(decode([burst({ evidence: 50.1 - CHECK, keyingEvidence })]).packets).toHaveLength(1);
    const { packets, stats } = decode([burst({ evidence: 49.9 - CHECK, keyingEvidence })]);
    expect(packets).toEqual([]);
    expect(stats.rejected.integrity).toBe(1);
  });

  it('wants ten nats more than chips keyed at random have', () => {
    // A check so long that nothing else is asked for.
    const longer: Protocol = { ...scm, checkBits: 17 };
    const evidence = 400 - 17 * Math.LN2;
    const keyed = (keyingEvidence: number) => {
      const decoder = new Decoder([longer], 0.99);
      const packets = decoder.decode([burst({ evidence, keyingEvidence })], Number.POSITIVE_INFINITY);
      return { packets, stats: decoder.stats };
    };
    expect(keyed(400 - 10.1).packets).toHaveLength(1);
    const { packets, stats } = keyed(400 - 9.9);
    expect(packets).toEqual([]);
    expect(stats.rejected['line-code']).toBe(1);
  });

  it('forgives a doubtful symbol less, the more a packet lacks of what noise of its strength leaves it', () => {
    const soft = softOf(encodeScm(FIELDS));
    // Two symbols that are wrong and hardly sure of it, of a packet that is sure otherwise.
    soft[40] *= -0.05;
    soft[70] *= -0.05;
    const outcome = (lacking: number, demodulation: Burst['demodulation'] = 'narrow'): number => {
      const undoubted = 117 * Math.LN2 * (1 - Math.exp(-30 / 9.5));
      const over = { evidence: 900, keyingEvidence: 900 - undoubted + lacking };
      return decode([burst({ soft, demodulation, ...over })]).packets.length;
    };
    expect(outcome(0)).toBe(1);
    expect(outcome(60)).toBe(0);
    // A coherent judgement gave some evidence away for its phase.
    const limit = (demodulation: Burst['demodulation']): number => {
      let lacking = 0;
      while (outcome(lacking, demodulation) === 1) lacking++;
      return lacking;
    };
    expect(limit('coherent') - limit('narrow')).toBe(8);
    // One without a doubtful symbol may lack as much.
    expect(decode([burst({ keyingEvidence: 880 })]).packets).toHaveLength(1);
  });

  it.each([
    ['evidence', { evidence: Number.NaN }],
    ['evidence of keying', { keyingEvidence: Number.NaN }],
    ['symbols', { soft: softOf(encodeScm(FIELDS)).fill(Number.NaN, 30, 31) }],
  ])('refuses %s that is not a number', (_, overrides) => {
    expect(decode([burst(overrides)]).packets).toEqual([]);
  });

  it('does not look into a burst that is far more like random keying', () => {
    let parsed = 0;
    const counting: Protocol = {
      ...scm,
      parse(soft) {
        parsed++;
        return scm.parse(soft);
      },
    };
    const decoder = new Decoder([counting], 0.99);
    decoder.decode([burst({ evidence: 400, keyingEvidence: 411 })], Number.POSITIVE_INFINITY);
    expect(parsed).toBe(0);
    expect(decoder.stats.rejected['line-code']).toBe(1);
    decoder.decode([burst({ evidence: 400, keyingEvidence: 409 })], Number.POSITIVE_INFINITY);
    expect(parsed).toBe(1);
  });

  it('counts against a packet what its corrected symbols say', () => {
    const bits = encodeScm(FIELDS);
    const soft = softOf(bits, 12, [40]);
    // The symbol's own 12 nats, and that its sign is worth nothing.
    const needed = 50 - CHECK + 12;
    const keyingEvidence = -1000;
    const [packet] = decode([burst({ soft, evidence: needed + 0.1, keyingEvidence })]).packets;
    expect(packet).toMatchObject({ correctedBits: 1, bits });
    expect(decode([burst({ soft, evidence: needed - 0.1, keyingEvidence })]).stats.rejected.integrity).toBe(
      1,
    );
  });

  it('counts weak symbols against a packet too', () => {
    const soft = softOf(encodeScm(FIELDS), 0.01);
    // 75 unknown symbols of which each value is as likely: ln 2 each.
    const needed = 50 - CHECK + 75 * Math.LN2;
    const weak = { soft, keyingEvidence: -1000 };
    expect(decode([burst({ ...weak, evidence: needed + 1 })], 0).packets).toHaveLength(1);
    expect(decode([burst({ ...weak, evidence: needed - 1 })], 0).packets).toHaveLength(0);
  });

  it('wants as much confidence as it is told to', () => {
    const parse = (confidence: number) => (): ParseResult => {
      const result = scm.parse(softOf(encodeScm(FIELDS)));
      return result.ok ? { ...result, confidence } : result;
    };
    const accepted = (confidence: number, least: number): number =>
      new Decoder([{ ...scm, parse: parse(confidence) }], least).decode([burst()], Number.POSITIVE_INFINITY)
        .length;
    expect(accepted(0.98, 0.99)).toBe(0);
    expect(accepted(0.991, 0.99)).toBe(1);
    expect(accepted(0.5, 0)).toBe(1);
  });

  it('is not sure of strong symbols that contradict the sync word or the check', () => {
    const bits = encodeScm(FIELDS);
    expect(decode([burst({ soft: softOf(bits, 30) })]).packets).toHaveLength(1);
    for (const wrong of [3, 40]) {
      const { packets, stats } = decode([burst({ soft: softOf(bits, 30, [wrong]) })], 0.5);
      expect(packets).toEqual([]);
      expect(stats.rejected.integrity).toBe(1);
    }
  });

  it('counts why bursts are refused', () => {
    const nothing = encodeScm({ ...FIELDS, id: 0, type: 0, consumption: 0, tamperPhy: 0, tamperEnc: 0 });
    const { packets, stats } = decode([
      burst({ soft: softOf(nothing) }),
      burst({ soft: new Float32Array(95) }),
      burst({ soft: new Float32Array(95) }),
      burst({ keyingEvidence: 1000 }),
      burst({ evidence: 20, keyingEvidence: 0 }),
    ]);
    expect(packets).toEqual([]);
    expect(stats).toEqual({
      packets: 0,
      echoes: 0,
      rejected: { length: 2, 'line-code': 1, integrity: 1, implausible: 1 },
    });
  });
});

describe('Decoder, of bursts that cannot all be true', () => {
  /** The same whichever burst comes first. */
  function inAnyOrder(...bursts: readonly Burst[]): Packet[] {
    const forwards = decode(bursts);
    const backwards = decode(bursts.toReversed());
    expect(backwards.packets).toEqual(forwards.packets);
    expect(backwards.stats).toEqual(forwards.stats);
    expect(forwards.stats.packets + forwards.stats.echoes).toBe(bursts.length);
    return forwards.packets;
  }

  it('keeps the one with more evidence, of different packets on one channel at overlapping times', () => {
    const real = burst({ evidence: 900, keyingEvidence: 800 });
    const shifted = burst(
      {
        firstSample: 100_000 + 10 * SYMBOL,
        carrierHz: 340_000,
        evidence: 905,
        keyingEvidence: 850,
        snrDb: 25,
      },
      { id: 77, consumption: 5 },
    );
    expect(inAnyOrder(real, shifted).map(({ meterId }) => meterId)).toEqual([10_000_001]);
  });

  it('keeps both where one begins when the other ends, or some symbols before', () => {
    const next = (overlap: number): Burst =>
      burst(
        { firstSample: 100_000 + LENGTH - overlap * SYMBOL, evidence: 850 },
        { id: 77, consumption: 0x123456 },
      );
    expect(inAnyOrder(burst(), next(0))).toHaveLength(2);
    expect(inAnyOrder(burst(), next(9))).toHaveLength(2);
    expect(inAnyOrder(burst(), next(11))).toHaveLength(1);
  });

  it('keeps both of different packets at the same time on channels 100 kHz apart', () => {
    const other = burst({ carrierHz: 350_000, firstSample: 100_400 }, { id: 77, consumption: 5, type: 4 });
    expect(inAnyOrder(burst(), other).map(({ meterId }) => meterId)).toEqual([10_000_001, 77]);
  });

  it('keeps the stronger of the same packet at several carriers: images, side lobes and splatter are weaker', () => {
    const echoes = [-250_000, 450_000, 1_000_000].map((carrierHz, i) =>
      burst({ carrierHz, snrDb: 12 - i, evidence: 950 + i, firstSample: 100_000 + 50 * i }),
    );
    // Nobody sends the same packet twice at overlapping times.
    const shifted = burst({ carrierHz: 700_000, snrDb: 11, firstSample: 100_000 + 3 * SYMBOL });
    expect(carriersOf(inAnyOrder(burst({ snrDb: 30 }), shifted, ...echoes))).toEqual([250_000]);
  });

  it('keeps the better of two packets that begin together and differ in a few symbols only', () => {
    const bits = encodeScm(FIELDS);
    // A damaged echo that was corrected to another codeword.
    const near = encodeScm({ ...FIELDS, consumption: FIELDS.consumption ^ 1 });
    const differing = near.reduce((n, bit, i) => n + (bit === bits[i] ? 0 : 1), 0);
    expect(differing).toBeLessThan(0.15 * 96);
    const damaged = { soft: softOf(near), carrierHz: -600_000, evidence: 500, keyingEvidence: 450, snrDb: 3 };
    const together = burst({ ...damaged, firstSample: 100_000 + 0.5 * SYMBOL });
    expect(carriersOf(inAnyOrder(burst(), together))).toEqual([250_000]);
    const later = burst({ ...damaged, firstSample: 100_000 + 1.5 * SYMBOL });
    expect(carriersOf(inAnyOrder(burst(), later))).toEqual([250_000, -600_000]);
    // As strong, it is no echo but a meter with a neighbouring number.
    const asStrong = burst({ ...damaged, snrDb: 18, firstSample: 100_000 + 0.5 * SYMBOL });
    expect(carriersOf(inAnyOrder(burst(), asStrong))).toEqual([250_000, -600_000]);
  });

  it('keeps no echo that is read a symbol late, though what moved up is a word of the code again', () => {
    // A beginning of zeros and an end in 0: all moves up by one, with a 0 behind it.
    let consumption = 0;
    const endsInOne = (): boolean => encodeScm({ ...FIELDS, consumption }).at(-1) === 1;
    while (endsInOne()) consumption++;
    const strong = burst({ snrDb: 40 }, { consumption });
    const sent = encodeScm({ ...FIELDS, consumption });
    const movedUp = Uint8Array.from(sent, (_, i) => (i < 21 ? sent[i] : (sent[i + 1] ?? 0)));
    const late = { firstSample: 100_000 + SYMBOL, carrierHz: 441_000, snrDb: 8, keyingEvidence: 850 };
    const echo = burst({ ...late, soft: softOf(movedUp) });
    expect(decode([echo]).packets).toHaveLength(1);
    const { packets, stats } = decode([strong, echo]);
    expect(packets.map(({ snrDb }) => snrDb)).toEqual([40]);
    expect(stats.echoes).toBe(1);
    // Of another meter's packet it is none.
    expect(decode([burst({ snrDb: 40 }, { id: 20_123_457, consumption: 77 }), echo]).packets).toHaveLength(2);
  });

  it('takes the same packet sent again later for a transmission of its own', () => {
    const again = burst({ firstSample: 100_000 + LENGTH, carrierHz: 600_000 });
    expect(carriersOf(inAnyOrder(burst(), again))).toEqual([250_000, 600_000]);
  });

  it('lets one that is better than two others replace both', () => {
    const early = burst({ firstSample: 90_000, evidence: 600, keyingEvidence: 550 }, { id: 5 });
    const late = burst({ firstSample: 110_000, evidence: 600, keyingEvidence: 550 }, { id: 6 });
    const { packets, stats } = decode([early, late, burst()]);
    expect(packets.map(({ meterId }) => meterId)).toEqual([10_000_001]);
    expect(stats.echoes).toBe(2);
  });
});

describe('Decoder, in time', () => {
  it('gives packets out when nothing that begins later can put them in doubt, each once', () => {
    const decoder = new Decoder([scm], 0.99);
    expect(decoder.decode([burst()], 100_000 + LENGTH)).toEqual([]);
    expect(decoder.stats.packets).toBe(0);
    expect(decoder.decode([], 100_000 + LENGTH + 1)).toHaveLength(1);
    expect(decoder.decode([], Number.POSITIVE_INFINITY)).toEqual([]);
    expect(decoder.stats.packets).toBe(1);
  });

  it('gives them out in order of their start, then of their carrier, however they come', () => {
    const bursts = [3, 1, 2, 0].map((i) =>
      burst(
        { firstSample: 100_000 + i * LENGTH, carrierHz: 1000 * i },
        { id: i + 1, consumption: 0x111111 * i },
      ),
    );
    const beside = burst({ firstSample: 100_000, carrierHz: -400_000 }, { id: 9, consumption: 0xffffff });
    const decoder = new Decoder([scm], 0.99);
    const first = decoder.decode([...bursts, beside], 100_000 + 2.5 * LENGTH);
    expect(first.map(({ meterId }) => meterId)).toEqual([9, 1, 2]);
    const rest = decoder.decode([], Number.POSITIVE_INFINITY);
    expect(rest.map(({ meterId }) => meterId)).toEqual([3, 4]);
  });

  it('lets a better packet replace one that is still in doubt, and an echo of it be forgotten', () => {
    const decoder = new Decoder([scm], 0.99);
    const echo = burst({ carrierHz: -250_000, snrDb: 5 });
    expect(decoder.decode([echo], 100_000)).toEqual([]);
    expect(decoder.decode([burst({ firstSample: 100_100 })], 100_200)).toEqual([]);
    expect(decoder.decode([echo], 100_300)).toEqual([]);
    expect(carriersOf(decoder.decode([], Number.POSITIVE_INFINITY))).toEqual([250_000]);
    expect(decoder.stats).toMatchObject({ packets: 1, echoes: 2 });
  });

  it('tells what became of each burst, once', () => {
    const verdicts = new Map<Burst, Verdict[]>();
    const decoder = new Decoder([scm], 0.99, {
      verdict: (of, verdict) => verdicts.set(of, [...(verdicts.get(of) ?? []), verdict]),
    });
    const bursts = [
      burst({ carrierHz: -250_000, snrDb: 5 }),
      burst(),
      burst({ carrierHz: 750_000, snrDb: 7 }),
      burst({
        soft: softOf(encodeScm({ ...FIELDS, id: 0, type: 0, consumption: 0, tamperPhy: 0, tamperEnc: 0 })),
      }),
      burst({ firstSample: 200_000, evidence: 30, keyingEvidence: -1000 }),
    ];
    decoder.decode(bursts, 0);
    decoder.decode([], Number.POSITIVE_INFINITY);
    expect(bursts.map((one) => verdicts.get(one)?.map(({ became }) => became))).toEqual([
      ['echo'],
      ['accepted'],
      ['echo'],
      ['refused'],
      ['refused'],
    ]);
    expect(verdicts.get(bursts[0])?.[0]).toMatchObject({ of: { carrierHz: 250_000 } });
    expect(verdicts.get(bursts[3])?.[0]).toEqual({ became: 'refused', why: 'implausible', nearest: null });
    expect(verdicts.get(bursts[4])?.[0]).toMatchObject({
      why: 'integrity',
      nearest: { correctedBits: 0, overNoise: expect.closeTo(30 + CHECK, 6) },
    });
  });
});
