import { rounded } from '../layout.js';
import type { ReceiverReport } from '../receiver-report.js';
import type { JsonRecord } from '../records.js';

/** The state of a receiver as JSON: rates are those since the report before. */
export function receiverRecord(
  report: ReceiverReport,
  before: ReceiverReport | undefined,
  seconds: number,
): JsonRecord {
  const { name, source, state, centerHz, gainDb, noiseDbfs, packets, meters, outages } = report;
  const samples = report.samples - (before?.samples ?? 0);
  const lost = report.lostSamples - (before?.lostSamples ?? 0);
  const heard = before === undefined ? null : rounded((60 * (packets - before.packets)) / seconds, 1);
  return {
    ...{ name, source, state, centerHz, gainDb },
    noiseDbfs: noiseDbfs === null ? null : rounded(noiseDbfs, 1),
    lostPercent: samples + lost === 0 ? 0 : rounded((100 * lost) / (samples + lost), 2),
    packetsPerMinute: heard,
    ...{ packets, meters, outages },
  };
}
