import type { Config } from '../config.js';
import type { Tuning } from '../sources/source.js';
import { AutoGain } from './auto-gain.js';

/** What a radio is asked for. A gain that ertd finds begins somewhere. */
export function wantedTuning(receiver: Config['receiver']): Tuning {
  const { centerHz, sampleRateHz, gainDb, ppm, biasTee, bandwidthHz } = receiver;
  return {
    centerHz,
    sampleRateHz,
    gainDb: gainDb === 'auto' ? new AutoGain().gainDb : gainDb,
    ppm,
    ...(biasTee && { biasTee }),
    ...(bandwidthHz !== 'auto' && { bandwidthHz }),
  };
}
