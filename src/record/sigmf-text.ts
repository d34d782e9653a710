import type { SampleFormat } from '../sources/source.js';

/** Samples that follow each other without a gap, from their first in the file on. */
export interface Capture {
  readonly firstSample: number;
  /** Wall clock of it, ms since 1970, or null. */
  readonly timeMs: number | null;
  /** Place of it in the stream that was recorded, gaps included. */
  readonly streamSample: number;
}

/** Something in the samples. */
export interface Annotation {
  readonly firstSample: number;
  readonly samples: number;
  readonly lowHz: number;
  readonly highHz: number;
  readonly label: string;
  readonly comment: string;
}

/** What the metadata of a recording tells. */
export interface SigmfFacts {
  readonly format: SampleFormat;
  readonly sampleRateHz: number;
  readonly centerHz: number;
  readonly description: string;
  /** The program that made it. */
  readonly recorder: string;
  readonly captures: readonly Capture[];
  readonly annotations: readonly Annotation[];
}

const DATATYPE: Readonly<Record<SampleFormat, string>> = {
  cu8: 'cu8',
  cs8: 'ci8',
  cs16: 'ci16_le',
  cf32: 'cf32_le',
};

/** Text of the `.sigmf-meta` file of a recording (https://sigmf.org). */
export function sigmfText(facts: SigmfFacts): string {
  const { format, sampleRateHz, centerHz, description, recorder, captures, annotations } = facts;
  const metadata = {
    global: {
      'core:datatype': DATATYPE[format],
      'core:sample_rate': sampleRateHz,
      'core:version': '1.0.0',
      'core:description': description,
      'core:recorder': recorder,
    },
    captures: captures.map(({ firstSample, timeMs, streamSample }) => ({
      'core:sample_start': firstSample,
      'core:global_index': streamSample,
      'core:frequency': centerHz,
      ...(timeMs !== null && { 'core:datetime': new Date(timeMs).toISOString() }),
    })),
    annotations: annotations
      .toSorted((a, b) => a.firstSample - b.firstSample)
      .map(({ firstSample, samples, lowHz, highHz, label, comment }) => ({
        'core:sample_start': firstSample,
        'core:sample_count': samples,
        'core:freq_lower_edge': lowHz,
        'core:freq_upper_edge': highHz,
        'core:label': label,
        'core:comment': comment,
        'core:generator': recorder,
      })),
  };
  return `${JSON.stringify(metadata, null, 2)}\n`;
}
