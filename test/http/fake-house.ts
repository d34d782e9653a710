import type { House, SpectrumRow, StatusView } from '../../src/http/house.js';
import { Latest } from '../../src/http/latest.js';
import type { Entry } from '../../src/readings/entry.js';
import { HeardMeters } from '../../src/readings/find/heard-meters.js';
import type { ChannelUse } from '../../src/survey/channel-watch.js';
import type { KeptSurvey } from '../../src/survey/kept-survey.js';

export const STATUS: StatusView = {
  startedMs: 1_700_000_000_000,
  healthy: true,
  receivers: [
    {
      ...{ name: 'roof', source: 'rtlsdr', state: 'receiving', why: null, centerHz: 912.6e6, gainDb: 28 },
      ...{ sampleRateHz: 2_359_296, ppm: 0, noiseDbfs: -40, samples: 1, lostSamples: 0, droppedSamples: 0 },
      ...{ clippedSamples: 0, packets: 3, meters: 2, secondsSincePacket: 1, refused: { noise: 7 } },
    },
  ],
  database: null,
};

/** A daemon at the other side of the wall: tells what it is told to. */
export class FakeHouse implements House {
  view: StatusView = STATUS;
  readonly listeners = new Set<(entry: Entry) => void>();
  readonly watchers = new Set<(row: SpectrumRow) => void>();

  status(): StatusView {
    return this.view;
  }

  onEntry(listener: (entry: Entry) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  shown(entry: Entry): unknown {
    return entry;
  }

  onSpectrum(listener: (row: SpectrumRow) => void): () => void {
    this.watchers.add(listener);
    return () => void this.watchers.delete(listener);
  }

  readonly usage = { zone: 'UTC', demandInterval: '15m', billingDay: 1 } as const;
  readonly tariffs = [];
  readonly showsUnknown = true;
  readonly latest = new Latest();
  readonly heard = new HeardMeters();

  reader(): null {
    return null;
  }

  change(): never {
    throw new Error('there is no database');
  }

  kept: KeptSurvey | null = null;
  readonly use: ChannelUse[] = [];

  survey() {
    return this.kept;
  }

  channels() {
    return this.use;
  }

  settings() {
    return [
      { name: 'mqtt.password', value: 'hidden', origin: 'file', description: 'Password at the broker.' },
    ];
  }
}
