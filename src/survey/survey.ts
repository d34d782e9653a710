import type { SpectrumLevels } from '../dsp/spectrum-watch.js';
import { ERT_CHANNELS_HZ } from '../listening/channel-plans.js';
import { coveringCenters, reachOf } from '../listening/windows.js';
import type { ReceiverStats } from '../receiver/receiver.js';
import { BandTally, type Heard } from './band-tally.js';
import type { ChannelReport, MeterReport, SteadyCarrier, SurveyReport, WindowReport } from './report.js';
import { type BinLevels, CHANNEL_CORE_HZ, CHANNEL_HZ, DC_HZ, SpectrumTally } from './spectrum-tally.js';

/** What never falls below this, dB over the noise, is a carrier that stands. */
const STEADY_DB = 6;

interface WindowTally {
  readonly centerHz: number;
  readonly spectrum: SpectrumTally;
  seconds: number;
  samples: number;
  clippedSamples: number;
  packets: number;
  readonly meters: Set<number>;
  readonly foreign: Map<string, number>;
  noiseDbfs: number | null;
}

/** What is known of a receiver at the end of a turn. */
export interface ReceiverNow {
  readonly stats: Pick<ReceiverStats, 'samples' | 'clippedSamples' | 'foreign'>;
  readonly noiseDbfs: number | null;
}

/** Gathers what a sweep over the band finds. */
export class Survey {
  readonly #sampleRateHz: number;
  readonly #windows: readonly WindowTally[];
  readonly #band: BandTally;
  #present: WindowTally;
  /** The row of the spectrum under way began in the window before. */
  #isMixedRow = false;
  #before: ReceiverNow['stats'] | null = null;
  #packets = 0;

  constructor(sampleRateHz: number) {
    this.#sampleRateHz = sampleRateHz;
    this.#band = new BandTally(sampleRateHz);
    this.#windows = coveringCenters(sampleRateHz).map((centerHz) => ({
      ...{
        centerHz,
        spectrum: new SpectrumTally(sampleRateHz),
        seconds: 0,
        samples: 0,
        clippedSamples: 0,
        packets: 0,
      },
      ...{ meters: new Set<number>(), foreign: new Map<string, number>(), noiseDbfs: null },
    }));
    this.#present = this.#windows[0];
  }

  get packets(): number {
    return this.#packets;
  }

  get meters(): number {
    return this.#band.meters.size;
  }

  /** A window was listened to; the one after it is next. */
  turnEnded(centerHz: number, seconds: number, { stats, noiseDbfs }: ReceiverNow): void {
    const index = this.#windows.findIndex((window) => window.centerHz === centerHz);
    const window = this.#windows[index];
    this.#band.listened(centerHz, seconds);
    window.seconds += seconds;
    window.samples += stats.samples - (this.#before?.samples ?? 0);
    window.clippedSamples += stats.clippedSamples - (this.#before?.clippedSamples ?? 0);
    window.noiseDbfs = noiseDbfs;
    for (const [look, count] of Object.entries(stats.foreign)) {
      const more = count - (this.#before?.foreign[look as keyof typeof stats.foreign] ?? 0);
      if (more > 0) window.foreign.set(look, (window.foreign.get(look) ?? 0) + more);
    }
    this.#before = stats;
    this.#present = this.#windows[(index + 1) % this.#windows.length];
    this.#isMixedRow = this.#windows.length > 1;
  }

  /** @param centerHz of the window that it was heard in */
  heard(packet: Heard, centerHz: number): void {
    this.#packets += 1;
    this.#band.heard(packet);
    const window = this.#windows.find((each) => each.centerHz === centerHz);
    if (window === undefined) return;
    window.packets += 1;
    window.meters.add(packet.id);
  }

  /** A row of the spectrum of the present window. */
  saw(row: SpectrumLevels): void {
    if (!this.#isMixedRow) this.#present.spectrum.add(row);
    this.#isMixedRow = false;
  }

  /** @param wanted IDs of the meters that the best window is for; all where there are none */
  report(wanted: readonly number[]): SurveyReport {
    const bins = this.#windows.map((window) => ({ window, bins: window.spectrum.bins }));
    const spectrum = bins.flatMap(({ window, bins: levels }) =>
      levels
        .map((bin) => ({ ...bin, hz: window.centerHz + bin.offsetHz }))
        .filter(({ hz, offsetHz }) => Math.abs(offsetHz) > DC_HZ && this.#isNearest(hz, window)),
    );
    const best = this.#band.bestWindow(wanted);
    return {
      seconds: this.#windows.reduce((sum, { seconds }) => sum + seconds, 0),
      sampleRateHz: this.#sampleRateHz,
      packets: this.#packets,
      windows: this.#windows.map((window) => reportOf(window, this.#sampleRateHz)),
      channels: ERT_CHANNELS_HZ.map((hz, index) => this.#channel(hz, index, spectrum)),
      carriers: steadyIn(spectrum),
      meters: this.#meterReports(),
      best: { ...best, missing: wanted.filter((id) => !best.meters.includes(id)) },
      wanted,
      spectrum,
    };
  }

  #isNearest(hz: number, window: WindowTally): boolean {
    const distance = Math.abs(hz - window.centerHz);
    return this.#windows.every(({ centerHz }) => Math.abs(hz - centerHz) >= distance);
  }

  #channel(
    carrierHz: number,
    index: number,
    spectrum: readonly (BinLevels & { hz: number })[],
  ): ChannelReport {
    const near = spectrum.filter(({ hz }) => Math.abs(hz - carrierHz) < CHANNEL_CORE_HZ);
    const packets = [...this.#band.meters.values()].reduce(
      (sum, { carriers }) => sum + carriers.filter((hz) => Math.abs(hz - carrierHz) < CHANNEL_HZ).length,
      0,
    );
    const seconds = this.#band.secondsAt(carrierHz);
    return {
      ...{ index, carrierHz, seconds, packets },
      packetsPerMinute: seconds === 0 ? 0 : (60 * packets) / seconds,
      busyShare: Math.max(0, ...near.map(({ busyShare }) => busyShare)),
    };
  }

  #meterReports(): MeterReport[] {
    const meters = [...this.#band.meters.values()].map((meter) => {
      const { id, protocol, type, packets, strongestSnrDb, carriers } = meter;
      const { centerHz, packetsPerHour } = this.#band.bestWindow([id]);
      return {
        id,
        protocol,
        type,
        packets,
        strongestSnrDb,
        bestCenterHz: centerHz,
        packetsPerHour,
        carriers,
      };
    });
    return meters.sort((a, b) => b.packets - a.packets || a.id - b.id);
  }
}

function reportOf(window: WindowTally, sampleRateHz: number): WindowReport {
  const { centerHz, seconds, samples, clippedSamples, packets, meters, foreign, noiseDbfs } = window;
  return {
    ...{ centerHz, seconds, packets, noiseDbfs },
    lowHz: centerHz - reachOf(sampleRateHz),
    highHz: centerHz + reachOf(sampleRateHz),
    meters: meters.size,
    clippedShare: clippedSamples / Math.max(1, samples),
    foreign: Object.fromEntries(foreign),
  };
}

/** Carriers that stand, each at its strongest bin. */
function steadyIn(spectrum: readonly (BinLevels & { readonly hz: number })[]): SteadyCarrier[] {
  return spectrum
    .filter(({ leastDb }, i) => {
      const beside = [spectrum[i - 1]?.leastDb ?? 0, spectrum[i + 1]?.leastDb ?? 0];
      return leastDb > STEADY_DB && leastDb > beside[0] && leastDb >= beside[1];
    })
    .map(({ hz, meanDb }) => ({ hz, overNoiseDb: meanDb }));
}
