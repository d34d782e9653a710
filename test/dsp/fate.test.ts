import { describe, expect, it } from 'vitest';
import { Decoder, type Verdict } from '../../src/decode/decoder.js';
import { scm } from '../../src/decode/protocols/scm.js';
import type { Burst } from '../../src/dsp/burst.js';
import type { Sighting, SightingFate } from '../../src/dsp/fate.js';
import { FrontEnd } from '../../src/dsp/front-end.js';
import { RATE, sceneOf } from '../explain/scene.js';
import { LEAST_CONFIDENCE } from './hearing.js';

const SCENE = sceneOf(0.1, [
  { what: 'P', seconds: 0.01, carrierHz: -300e3, snrDb: 18, id: 10_000_001 },
  { what: 'F', seconds: 0.012, carrierHz: 500e3, snrDb: 25, id: 10_000_002 },
  { what: 'G', seconds: 0.05, carrierHz: 100e3, snrDb: 5, id: 10_000_003 },
  { what: 'ook', seconds: 0.03, length: 0.03, carrierHz: -700e3, snrDb: 25 },
  { what: 'manchester', seconds: 0.04, length: 0.03, carrierHz: 800e3, snrDb: 25 },
]);

function observe() {
  const sightings: (readonly [Sighting, SightingFate])[] = [];
  const verdicts = new Map<Burst, Verdict>();
  const frontEnd = new FrontEnd(RATE, 'cu8', [scm], 0, {
    sighting: (sighting, fate) => sightings.push([sighting, fate]),
  });
  const decoder = new Decoder([scm], LEAST_CONFIDENCE, {
    verdict(burst, verdict) {
      expect(verdicts.has(burst)).toBe(false);
      verdicts.set(burst, verdict);
    },
  });
  const bursts = [...frontEnd.push(SCENE), ...frontEnd.flush(0)];
  const packets = decoder.decode(bursts, Number.POSITIVE_INFINITY);
  return { sightings, verdicts, bursts, packets, front: frontEnd.stats, decoder: decoder.stats };
}

describe('observers', () => {
  const { sightings, verdicts, bursts, packets, front, decoder } = observe();
  const fates = (became: string) => sightings.filter(([, fate]) => fate.became === became);

  it('are told the fate of every candidate, once', () => {
    expect(sightings).toHaveLength(front.candidates);
    expect(fates('noise')).toHaveLength(front.screenedOut);
    expect(fates('overload')).toHaveLength(front.overflow);
    expect(fates('yielded').length).toBeGreaterThan(0);
  });

  it('are told which burst a candidate became', () => {
    const told = fates('burst').map(([, fate]) => fate.became === 'burst' && fate.burst);
    expect(new Set(told)).toEqual(new Set(bursts));
  });

  it('are told where a candidate was, and how sure', () => {
    for (const [{ score, carrierHz, bandwidthHz, firstSample, screening }, fate] of sightings) {
      expect(score).toBeGreaterThan(4);
      expect(Math.abs(carrierHz)).toBeLessThan(RATE / 2);
      expect(bandwidthHz).toBeGreaterThan(15e3);
      expect(firstSample).toBeLessThan(0.1 * RATE);
      expect(Number.isFinite(screening.score + screening.order + screening.rank)).toBe(true);
      if (fate.became === 'yielded')
        expect(Math.abs(fate.to.firstSample - firstSample)).toBeLessThan(0.006 * RATE);
    }
  });

  it('are told what the decoder made of every burst', () => {
    expect(verdicts.size).toBe(bursts.length);
    const all = [...verdicts.values()];
    expect(all.flatMap((one) => (one.became === 'accepted' ? [one.packet] : []))).toEqual(packets);
    expect(all.filter(({ became }) => became === 'echo')).toHaveLength(decoder.echoes);
    for (const why of ['line-code', 'integrity', 'implausible', 'length'] as const) {
      const refused = all.filter((one) => one.became === 'refused' && one.why === why);
      expect(refused, why).toHaveLength(decoder.rejected[why]);
    }
    expect(packets.map(({ meterId }) => meterId)).toEqual([10_000_001, 10_000_002]);
  });

  it('change nothing', () => {
    const frontEnd = new FrontEnd(RATE, 'cu8', [scm]);
    const alone = [...frontEnd.push(SCENE), ...frontEnd.flush(0)];
    expect(alone).toEqual(bursts);
    expect(frontEnd.stats).toEqual(front);
  });
});
