import type { Status } from './api.js';

/** What came with a packet that was heard. */
export interface HeardPacket {
  readonly timeMs: number | null;
  readonly receiver: string;
  readonly protocol: string;
  /** Null for a meter of somebody else. */
  readonly id: number | null;
  readonly commodity: string;
  readonly consumption: number | null;
  readonly carrierHz: number;
  readonly snrDb: number;
}

/** A row of the waterfall. */
export interface Row {
  readonly receiver: string;
  readonly centerHz: number;
  readonly sampleRateHz: number;
  /** Half decibels, 255 for full scale. */
  readonly levels: Uint8Array;
}

interface Told {
  readonly status: Status;
  readonly packet: HeardPacket;
  readonly reading: { readonly meter: { readonly key: string } };
  readonly interval: { readonly meter: { readonly key: string } };
  readonly event: { readonly message: string };
  readonly connection: boolean;
}

/** What is told as it happens; the connection is made once for all pages, and by itself again when it breaks. */
export class Live {
  readonly #listeners = new Map<keyof Told, Set<(told: never) => void>>();
  #source: EventSource | null = null;

  start(): void {
    this.#source?.close();
    const source = new EventSource('/api/v1/events');
    this.#source = source;
    source.addEventListener('open', () => this.#tell('connection', true));
    source.addEventListener('error', () => {
      this.#tell('connection', false);
      if (source.readyState === EventSource.CLOSED) setTimeout(() => this.start(), 3000);
    });
    for (const name of ['status', 'reading', 'interval', 'event'] as const) {
      source.addEventListener(name, ({ data }: MessageEvent<string>) => this.#tell(name, JSON.parse(data)));
    }
    source.addEventListener('packet', ({ data }: MessageEvent<string>) =>
      this.#tell('packet', JSON.parse(data).packet),
    );
  }

  /** @returns what ends it */
  on<Name extends keyof Told>(name: Name, listener: (told: Told[Name]) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    listeners.add(listener);
    this.#listeners.set(name, listeners);
    return () => void listeners.delete(listener);
  }

  #tell<Name extends keyof Told>(name: Name, told: Told[Name]): void {
    for (const listener of this.#listeners.get(name) ?? []) (listener as (told: Told[Name]) => void)(told);
  }
}

export const live = new Live();

/** Rows of the waterfall, while somebody looks. @returns what ends them */
export function watchSpectra(onRow: (row: Row) => void): () => void {
  const source = new EventSource('/api/v1/spectra');
  source.addEventListener('row', ({ data }: MessageEvent<string>) => {
    const { levels, ...row } = JSON.parse(data);
    onRow({ ...row, levels: Uint8Array.from(atob(levels), (letter) => letter.charCodeAt(0)) });
  });
  return () => source.close();
}
