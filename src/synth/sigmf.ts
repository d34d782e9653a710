import type { SampleFormat } from '../sources/source.js';
import type { Radio } from './sending.js';

const DATATYPE: Readonly<Record<SampleFormat, string>> = {
  cu8: 'cu8',
  cs8: 'ci8',
  cs16: 'ci16_le',
  cf32: 'cf32_le',
};

/**
 * Text of the `.sigmf-meta` file of a recording (https://sigmf.org).
 * @param startMs wall clock of the first sample, ms since 1970, or null
 */
export function sigmfMeta(
  radio: Radio,
  format: SampleFormat,
  startMs: number | null,
  description: string,
): string {
  const metadata = {
    global: {
      'core:datatype': DATATYPE[format],
      'core:sample_rate': radio.sampleRateHz,
      'core:version': '1.0.0',
      'core:description': description,
      'core:recorder': 'ertd synth',
    },
    captures: [
      {
        'core:sample_start': 0,
        'core:frequency': radio.centerHz,
        ...(startMs !== null && { 'core:datetime': new Date(startMs).toISOString() }),
      },
    ],
    annotations: [],
  };
  return `${JSON.stringify(metadata, null, 2)}\n`;
}
