import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Entry } from '../readings/entry.js';
import { EventStream, type StreamEvent } from './event-stream.js';
import type { Bindings } from './guard.js';
import type { House, SpectrumRow } from './house.js';

/** How often those who watch are told how the daemon fares, ms. */
const STATUS_MS = 2000;

/** What is told as it happens: one stream of everything, and one of spectra, which costs work and is asked for apart. */
export class LiveStreams {
  readonly events: EventStream;
  readonly spectra: EventStream;
  readonly #house: House;
  #ends: (() => void)[] = [];
  #endSpectra: (() => void) | null = null;

  constructor(house: House) {
    this.#house = house;
    this.events = new EventStream(
      () => [statusEvent(house)],
      (some) => (some ? this.#listen() : this.#rest()),
    );
    this.spectra = new EventStream(
      () => [],
      (some) => this.#watch(some),
    );
  }

  stop(): void {
    this.events.close();
    this.spectra.close();
  }

  #listen(): void {
    const told = setInterval(() => this.events.send(statusEvent(this.#house)), STATUS_MS);
    const end = this.#house.onEntry((entry) => this.#pass(entry));
    this.#ends = [() => clearInterval(told), end];
  }

  #pass(entry: Entry): void {
    const data = this.#house.shown(entry);
    if (data !== null) this.events.send({ name: entry.kind, data });
  }

  #rest(): void {
    for (const end of this.#ends.splice(0)) end();
  }

  #watch(some: boolean): void {
    this.#endSpectra?.();
    this.#endSpectra = some ? this.#house.onSpectrum((row) => this.spectra.send(spectrumEvent(row))) : null;
  }
}

/** Streams for `EventSource`; not compressed, as then nothing would come out before the end. */
export function addLiveRoutes(app: OpenAPIHono<Bindings>, { events, spectra }: LiveStreams): void {
  app.get('/api/v1/events', (context) => streamed(context, events));
  app.get('/api/v1/spectra', (context) => streamed(context, spectra));
}

function streamed(context: Context<Bindings>, stream: EventStream): Response {
  if (!stream.hasRoom) {
    context.header('Retry-After', '10');
    return context.json({ error: 'Too many pages are open; close one and try again.' }, 503);
  }
  return context.body(
    stream.open(() => void context.env.outgoing.destroy()),
    200,
    {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    },
  );
}

function statusEvent(house: House): StreamEvent {
  return { name: 'status', data: house.status() };
}

/** Levels as bytes, each half a dB above the one before, 255 for full scale. */
function spectrumEvent({ receiver, centerHz, sampleRateHz, dbfs }: SpectrumRow): StreamEvent {
  const levels = Uint8Array.from(dbfs, (level) => Math.max(0, Math.min(255, Math.round(255 + 2 * level))));
  return {
    name: 'row',
    data: { receiver, centerHz, sampleRateHz, levels: Buffer.from(levels).toString('base64') },
  };
}
