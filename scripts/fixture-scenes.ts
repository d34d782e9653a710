import { factsFromFileName } from '../src/sources/file-name.js';
import type { SampleFormat } from '../src/sources/source.js';
import { CHANNELS_HZ } from '../src/synth/channel-plan.js';
import { populate } from '../src/synth/meter.js';
import type { Recording } from '../src/synth/recording.js';
import type { Radio, Sending } from '../src/synth/sending.js';
import { street } from '../src/synth/street.js';
import type { TransmitterClass } from '../src/synth/transmitter.js';
import { idm, r900, scmPlus, siblings } from './fixture-kinds.js';

/** One shipped recording. */
export interface Scene {
  /** Of the file that holds the samples; says rate, centre and format, but for SigMF. */
  readonly file: string;
  readonly recording: Recording;
  /** Wall clock of the first sample, ms since 1970, where the metadata is to tell it. */
  readonly startMs: number | null;
}

/** Noise of a dongle at a usual gain, steps of an eight-bit format, as a share of full scale. */
const NOISE_RMS = 10 / 128;
const NOISE_SEED = 1;

interface Setting {
  readonly format: SampleFormat;
  readonly radio: Radio;
}

function settingNamed(file: string, ppm = 0): Setting {
  const { format, sampleRateHz, centerHz } = factsFromFileName(file);
  if (format === undefined || sampleRateHz === undefined || centerHz === undefined) {
    throw new Error(`${file} does not say its format, rate and centre`);
  }
  return { format, radio: { centerHz, sampleRateHz, ppm, noiseRms: NOISE_RMS } };
}

function scene(
  file: string,
  seconds: number,
  sendings: Iterable<Sending>,
  { format, radio } = settingNamed(file),
  startMs: number | null = null,
): Scene {
  const samples = Math.round(seconds * radio.sampleRateHz);
  return { file, recording: { sendings, radio, format, samples, seed: NOISE_SEED }, startMs };
}

/** A packet of a made-up meter; what is not given is plausible. */
function packet(
  id: number,
  atMs: number,
  channel: number,
  kind: { readonly class: TransmitterClass; readonly type: number },
  ebN0Db: number,
  given: { readonly offsetHz?: number; readonly relayed?: boolean; readonly tamperPhy?: number } = {},
): Sending {
  const { offsetHz = 0, relayed = false, tamperPhy = 0 } = given;
  return {
    message: {
      protocol: 'SCM',
      fields: { id, type: kind.type, consumption: (id * 7919) % 1_000_000, tamperPhy, tamperEnc: 0, relayed },
    },
    class: kind.class,
    seconds: atMs / 1000,
    carrierHz: CHANNELS_HZ[channel] + offsetHz,
    // Every packet a little different, within what crystals do.
    chipPpm: ((id * 13) % 81) - 40,
    ebN0Db,
    seed: id,
  };
}

const FREE = { class: 'F', type: 7 } as const;
const SYNTHESISED = { class: 'P', type: 8 } as const;
const GAS = { class: 'G', type: 12 } as const;
const WATER = { class: 'G', type: 11 } as const;

const STREET = {
  meters: 12,
  firstId: 10_000_001,
  class: 'mix',
  // Real endpoints wait seconds to minutes; a file of a second has to be busier.
  periodSeconds: { least: 0.06, most: 0.12 },
  ebN0Db: { least: 14, most: 30 },
  relayedShare: 0.3,
} as const;
/** Of a street where every meter is heard twice at least, and no two of them on one channel at once. */
const STREET_SEED = 84;
const STREET_SECONDS = 1.2;

/** Every shipped recording, see `fixtures/iq/README.md`. */
export function scenes(): Scene[] {
  return [
    scene('street_912.6M_2400k.cu8', STREET_SECONDS, street(populate(STREET, STREET_SEED), STREET_SECONDS)),
    scene('classes_912.6M_2.359296Msps.cu8', 0.09, [
      packet(10_000_101, 2.1, 8, SYNTHESISED, 18),
      packet(10_000_102, 12.3, 12, FREE, 22),
      packet(10_000_103, 21.7, 14, GAS, 18),
      packet(10_000_104, 31.2, 9, { class: 'P', type: 7 }, 14, { tamperPhy: 2 }),
      packet(10_000_105, 41.9, 15, { class: 'F', type: 4 }, 18, { offsetHz: -20e3 }),
      packet(10_000_106, 51.4, 11, WATER, 14, { offsetHz: 9e3 }),
      packet(10_000_107, 60.8, 7, { class: 'P', type: 13 }, 26),
      packet(10_000_108, 70.5, 13, FREE, 28, { offsetHz: 17e3, tamperPhy: 1 }),
      packet(10_000_109, 80.2, 10, GAS, 26),
    ]),
    scene('collision_912.6M_2048k.cs8', 0.04, [
      packet(10_000_201, 4, 11, SYNTHESISED, 18),
      packet(10_000_202, 4.02, 12, SYNTHESISED, 18, { offsetHz: 5e3 }),
      packet(10_000_203, 15, 9, GAS, 22),
      packet(10_000_204, 15.01, 11, FREE, 22),
      packet(10_000_205, 27, 8, SYNTHESISED, 16),
      packet(10_000_206, 29, 13, WATER, 26),
    ]),
    scene('clipped_912.6M_2400k.cu8', 0.04, [
      packet(10_000_301, 3, 12, SYNTHESISED, 46),
      packet(10_000_302, 15, 9, FREE, 50),
      packet(10_000_303, 27, 14, GAS, 44),
    ]),
    scene('weak_912.6M_2.359296Msps.cs16', 0.045, [
      packet(10_000_401, 5, 10, SYNTHESISED, 9),
      packet(10_000_402, 18, 13, { class: 'P', type: 7 }, 9.5),
      packet(10_000_403, 31, 8, SYNTHESISED, 10),
    ]),
    scene('gqrx_20260102_030405_912600000_2048000_fc.raw', 0.04, [
      packet(10_000_501, 3, 10, GAS, 20),
      packet(10_000_502, 16, 13, FREE, 24),
      packet(10_000_503, 29, 11, { class: 'P', type: 5 }, 12),
    ]),
    relayed(),
    scene('band_915.7M_12.5Msps.cs8', 0.04, [
      packet(10_000_701, 2, 0, SYNTHESISED, 20),
      packet(10_000_702, 4, 49, GAS, 24),
      packet(10_000_703, 5, 30, FREE, 26),
      packet(10_000_704, 7, 14, { class: 'P', type: 13 }, 16),
      packet(10_000_705, 19, 22, WATER, 22),
      packet(10_000_706, 20, 5, { class: 'F', type: 4 }, 24),
      packet(10_000_707, 21, 41, { class: 'P', type: 7 }, 18),
      packet(10_000_708, 30, 35, GAS, 18),
    ]),
    scene('scm-plus_912.6M_1024k.cu8', 0.04, scmPlus()),
    scene('idm_912.6M_1024k.cu8', 0.065, idm()),
    scene('r900_912.6M_1024k.cu8', 0.03, r900()),
    scene('siblings_912.6M_1024k.cu8', 0.04, siblings()),
  ];
}

/** A meter heard directly and by way of a repeater, with a dongle whose crystal is wrong. */
function relayed(): Scene {
  const setting: Setting = {
    format: 'cs8',
    radio: { centerHz: 920_200_000, sampleRateHz: 2_560_000, ppm: 60, noiseRms: NOISE_RMS },
  };
  const sendings = [
    packet(10_000_601, 4, 39, FREE, 20),
    packet(10_000_601, 17, 43, { class: 'P', type: 7 }, 26, { relayed: true }),
    packet(10_000_602, 29, 41, WATER, 16),
  ];
  return scene('relayed.sigmf-data', 0.04, sendings, setting, Date.UTC(2026, 0, 2, 3, 4, 5));
}
