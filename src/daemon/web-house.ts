import type { Database } from 'better-sqlite3';
import { Fault } from '../errors.js';
import type { House, SettingView, SpectrumRow, StatusView } from '../http/house.js';
import { Latest } from '../http/latest.js';
import { type EndpointKey, endpointKeyOf } from '../readings/endpoint.js';
import type { Entry } from '../readings/entry.js';
import { HeardMeters } from '../readings/find/heard-meters.js';
import type { Reading } from '../readings/reading.js';
import type { Tariff } from '../readings/tariff.js';
import { changeDatabase } from '../sinks/sqlite-change.js';
import { DatabaseReader } from '../sinks/sqlite-read.js';
import type { PeriodRules } from '../sinks/usage-period.js';
import { type ChannelUse, ChannelWatch } from '../survey/channel-watch.js';
import type { KeptSurvey } from '../survey/kept-survey.js';
import { readSurvey, surveyFileOf } from '../survey/survey-file.js';
import type { EntryRelay } from './entry-relay.js';
import type { Station } from './station.js';

export interface WebHouseOptions {
  readonly status: () => StatusView;
  readonly relay: EntryRelay;
  readonly stations: readonly Station[];
  /** Of the database, or null where there is none. */
  readonly path: string | null;
  readonly settings: readonly SettingView[];
  readonly usage: PeriodRules;
  readonly tariffs: readonly Tariff[];
  /** Whether the user chose to keep other people's meters, and so to see them. */
  readonly showsUnknown: boolean;
}

/** Which meters have names is looked at so often, ms. */
const OWN_MS = 5000;

/** What the dashboard may know of the daemon, and change. */
export class WebHouse implements House {
  readonly usage: PeriodRules;
  readonly tariffs: readonly Tariff[];
  readonly latest = new Latest();
  readonly heard = new HeardMeters();
  readonly #channels = new ChannelWatch();
  readonly #options: WebHouseOptions;
  #reader: DatabaseReader | null = null;
  #own: ReadonlySet<EndpointKey> = new Set();
  #ownUntilMs = 0;

  constructor(options: WebHouseOptions) {
    this.#options = options;
    this.usage = options.usage;
    this.tariffs = options.tariffs;
  }

  status(): StatusView {
    return this.#options.status();
  }

  /** Remembers what is told and seen from now on, for whoever asks later. */
  watch(): void {
    this.#options.relay.listen((entry) => this.note(entry));
    for (const station of this.#options.stations)
      station.spectrum.listen((row) => {
        const { centerHz, sampleRateHz } = station.tuning;
        this.#channels.saw(station.name, row, centerHz, sampleRateHz);
      });
  }

  note(entry: Entry): void {
    this.latest.note(entry);
    if (entry.kind !== 'packet') return;
    this.heard.note(entry.packet);
    this.#channels.heard(entry.packet.carrierHz);
  }

  survey(): KeptSurvey | null {
    const { path } = this.#options;
    return path === null ? null : readSurvey(surveyFileOf(path));
  }

  channels(): readonly ChannelUse[] {
    return this.#channels.channels;
  }

  onEntry(listener: (entry: Entry) => void): () => void {
    return this.#options.relay.listen(listener);
  }

  get showsUnknown(): boolean {
    return this.#options.showsUnknown;
  }

  shown(entry: Entry): unknown {
    if (entry.kind === 'history') return null;
    if (this.showsUnknown) return entry;
    if (entry.kind === 'packet')
      return this.#isOwn(entry.packet) ? entry : { kind: 'packet', packet: masked(entry.packet) };
    return entry.meter !== null && entry.meter.name === null ? null : entry;
  }

  #isOwn(packet: Reading): boolean {
    const nowMs = performance.now();
    if (nowMs >= this.#ownUntilMs) {
      this.#own = new Set(
        this.reader()
          ?.meters()
          .filter(({ name }) => name !== null)
          .map(({ key }) => key),
      );
      this.#ownUntilMs = nowMs + OWN_MS;
    }
    return this.#own.has(endpointKeyOf(packet));
  }

  onSpectrum(listener: (row: SpectrumRow) => void): () => void {
    const ends = this.#options.stations.map((station) =>
      station.spectrum.listen(({ dbfs }) => {
        const { centerHz, sampleRateHz } = station.tuning;
        listener({ receiver: station.name, centerHz, sampleRateHz, dbfs });
      }),
    );
    return () => {
      for (const end of ends) end();
    };
  }

  /** One reader for all that is asked, opened when it is first needed. */
  reader(): DatabaseReader | null {
    const { path } = this.#options;
    if (path === null) return null;
    this.#reader ??= DatabaseReader.open(path);
    return this.#reader;
  }

  change<Answer>(change: (db: Database) => Answer): Answer {
    const { path } = this.#options;
    if (path === null)
      throw new Fault('CONFIG', 'No database is kept, so nothing can be changed: set database.path.');
    return changeDatabase(path, change);
  }

  settings(): readonly SettingView[] {
    return this.#options.settings;
  }

  close(): void {
    this.#reader?.close();
    this.#reader = null;
  }
}

/** How somebody else's packet was heard, and nothing of whose it is or what it says. */
function masked({ timeMs, receiver, protocol, commodity, carrierHz, snrDb }: Reading) {
  return { timeMs, receiver, protocol, id: null, commodity, consumption: null, carrierHz, snrDb };
}
