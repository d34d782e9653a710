import type { Finding } from './finding.js';
import { carrierOf, startOf } from './finding.js';
import type { Tuned } from './words.js';

/** One finding as a flat JSON object; keys in the order they are printed. */
export function recordOf(finding: Finding, { sampleRateHz, centerHz }: Tuned): Record<string, unknown> {
  const place = {
    seconds: rounded(startOf(finding) / sampleRateHz, 6),
    sample: startOf(finding),
    carrierHz: Math.round(centerHz + carrierOf(finding)),
  };
  if (finding.kind === 'foreign') {
    const { class: looks, lengthSamples, bandwidthHz, peakDb, pulseSeconds } = finding.activity;
    return {
      kind: 'foreign',
      class: looks,
      ...place,
      lengthSamples,
      bandwidthHz: Math.round(bandwidthHz),
      peakDb: rounded(peakDb, 1),
      pulseSeconds: pulseSeconds === null ? null : rounded(pulseSeconds, 6),
    };
  }
  const { score, screening, bandwidthHz } = finding.sighting;
  const seen = {
    ...place,
    bandwidthHz: Math.round(bandwidthHz),
    syncScore: rounded(score, 2),
    eyeScore: rounded(screening.score, 2),
    order: rounded(screening.order, 3),
  };
  switch (finding.became) {
    case 'burst':
      return { kind: 'candidate', ...judgedRecord(finding.judged, seen) };
    case 'yielded':
      return { kind: 'candidate', became: 'yielded', ...seen, toSample: finding.to.firstSample };
    default:
      return { kind: 'candidate', became: finding.became, ...seen };
  }
}

function judgedRecord(
  { burst, verdict }: Extract<Finding, { became: 'burst' }>['judged'],
  seen: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const record = {
    became: verdict.became,
    ...seen,
    demodulation: burst.demodulation,
    snrDb: rounded(burst.snrDb, 1),
    evidence: rounded(burst.evidence, 1),
    keyingEvidence: rounded(burst.keyingEvidence, 1),
  };
  if (verdict.became === 'refused') {
    const { why, nearest } = verdict;
    if (nearest === null) return { ...record, why };
    const { confidence, correctedBits, overNoise } = nearest;
    return {
      ...record,
      why,
      confidence: rounded(confidence, 6),
      correctedBits,
      overNoise: rounded(overNoise, 1),
    };
  }
  const { protocol, meterId, confidence, correctedBits } = verdict.packet;
  return {
    ...record,
    protocol,
    id: meterId,
    confidence: rounded(confidence, 6),
    correctedBits,
    ...(verdict.became === 'echo' ? { ofSample: verdict.of.firstSample } : {}),
  };
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
