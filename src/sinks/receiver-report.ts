/** How a receiver fares, as far as sinks tell of it; the counters only grow. */
export interface ReceiverReport {
  readonly name: string;
  readonly source: string;
  readonly state: string;
  readonly centerHz: number;
  readonly gainDb: number | string;
  readonly noiseDbfs: number | null;
  readonly samples: number;
  readonly lostSamples: number;
  readonly droppedSamples: number;
  readonly clippedSamples: number;
  readonly packets: number;
  readonly meters: number;
  readonly outages: number;
  /** Candidates that became no packet, by reason. */
  readonly refused: Readonly<Record<string, number>>;
  readonly secondsSincePacket: number | null;
}
