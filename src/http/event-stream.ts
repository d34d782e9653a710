/** One event of a stream, as the browser's `EventSource` takes it. */
export interface StreamEvent {
  readonly name: string;
  /** Becomes JSON. */
  readonly data: unknown;
}

/** What a slow reader may leave unread before it is let go, bytes. */
const MOST_UNREAD_BYTES = 256 << 10;
/** Readers at once: a household's browsers, not a crowd. */
const MOST_READERS = 16;
/** A line that says nothing keeps proxies from closing the connection, ms. */
const HEARTBEAT_MS = 15_000;
/** How soon a browser comes back after the daemon was away, ms. */
const RETRY_MS = 1000;

interface Reader {
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  /** Ends its connection without sending what is left. */
  readonly cut: () => void;
}

/**
 * Server-sent events for any number of readers up to a limit. Nobody waits for a reader: one that does not read fast
 * enough is let go, and its browser asks again.
 */
export class EventStream {
  readonly #encoder = new TextEncoder();
  readonly #readers = new Set<Reader>();
  readonly #first: () => readonly StreamEvent[];
  readonly #onCrowd: (some: boolean) => void;
  #heartbeat: NodeJS.Timeout | null = null;

  /**
   * @param first   what a new reader is told at once
   * @param onCrowd is told when the first reader comes and when the last one goes
   */
  constructor(first: () => readonly StreamEvent[] = () => [], onCrowd: (some: boolean) => void = () => {}) {
    this.#first = first;
    this.#onCrowd = onCrowd;
  }

  get readers(): number {
    return this.#readers.size;
  }

  /** Whether one more reader fits. */
  get hasRoom(): boolean {
    return this.#readers.size < MOST_READERS;
  }

  /**
   * A body that tells everything that is sent from now on, until its reader goes away.
   * @param cut ends the reader's connection
   */
  open(cut: () => void): ReadableStream<Uint8Array> {
    let reader: Reader | null = null;
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          reader = { controller, cut };
          this.#enter(reader);
        },
        cancel: () => this.#leave(reader),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: MOST_UNREAD_BYTES }),
    );
  }

  /** Sends to all; does nothing, not even make JSON, while nobody reads. */
  send(event: StreamEvent): void {
    if (this.#readers.size > 0) this.#write(this.#encoder.encode(textOf(event)));
  }

  /** Ends all streams. */
  close(): void {
    for (const reader of [...this.#readers]) {
      this.#leave(reader);
      reader.controller.close();
    }
  }

  #enter(reader: Reader): void {
    this.#readers.add(reader);
    const greeting = this.#first().map(textOf).join('');
    reader.controller.enqueue(this.#encoder.encode(`retry: ${RETRY_MS}\n\n${greeting}`));
    if (this.#readers.size > 1) return;
    this.#heartbeat = setInterval(() => this.#write(this.#encoder.encode(':\n\n')), HEARTBEAT_MS);
    this.#heartbeat.unref();
    this.#onCrowd(true);
  }

  #write(bytes: Uint8Array): void {
    for (const reader of [...this.#readers]) {
      const isSlow = (reader.controller.desiredSize ?? 0) <= 0;
      if (isSlow) this.#leave(reader);
      if (isSlow) reader.cut();
      else reader.controller.enqueue(bytes);
    }
  }

  #leave(reader: Reader | null): void {
    if (reader === null || !this.#readers.delete(reader) || this.#readers.size > 0) return;
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
    this.#heartbeat = null;
    this.#onCrowd(false);
  }
}

function textOf({ name, data }: StreamEvent): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
