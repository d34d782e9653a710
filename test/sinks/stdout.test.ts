import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { StdoutSink } from '../../src/sinks/stdout.js';
import { scmPacket } from './reading-fixture.js';

/** A reader that takes a chunk only when told to. */
class SlowReader extends Writable {
  readonly chunks: string[] = [];
  #done: (() => void) | null = null;

  constructor() {
    super({ highWaterMark: 1 });
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.chunks.push(chunk.toString());
    this.#done = done;
  }

  takeOne(): void {
    const done = this.#done;
    this.#done = null;
    done?.();
  }

  get lines(): string[] {
    return this.chunks.join('').split('\n').slice(0, -1);
  }
}

/** A reader that takes everything at once. */
class FastReader extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

const never = new AbortController().signal;
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('StdoutSink', () => {
  it('prints a header once and a line per reading', async () => {
    const stream = new FastReader();
    const sink = new StdoutSink({ stream, format: 'csv' });
    await sink.start(never);
    sink.write(scmPacket());
    sink.write(scmPacket({ id: 7 }));
    await sink.stop();
    expect(stream.text.split('\r\n').map((line) => line.split(',')[5])).toEqual([
      'id',
      '10000042',
      '7',
      undefined,
    ]);
  });

  it('prints nothing when asked for nothing', async () => {
    const stream = new FastReader();
    const sink = new StdoutSink({ stream, format: 'none' });
    await sink.start(never);
    sink.write(scmPacket());
    await sink.stop();
    expect(stream.text).toBe('');
  });

  it('holds a bounded number of lines for a slow reader and counts the lost ones', async () => {
    const stream = new SlowReader();
    const sink = new StdoutSink({ stream, format: 'jsonl', maxQueuedLines: 3 });
    await sink.start(never);
    for (let id = 1; id <= 6; id++) sink.write(scmPacket({ id }));
    expect(sink.dropped).toBe(2);

    stream.takeOne();
    await turn();
    const stopped = sink.stop();
    stream.takeOne();
    await turn();
    stream.takeOne();
    await stopped;
    expect(stream.lines.map((line) => JSON.parse(line).id)).toEqual([1, 2, 3, 4]);
  });

  it('lets a replay wait for the reader', async () => {
    const stream = new SlowReader();
    const sink = new StdoutSink({ stream, format: 'jsonl' });
    await sink.start(never);
    sink.write(scmPacket());
    let drained = false;
    const waiting = sink.drained().then(() => {
      drained = true;
    });
    await turn();
    expect(drained).toBe(false);
    stream.takeOne();
    await waiting;
    expect(drained).toBe(true);
  });

  it('does not let a replay that was told to stop wait for the reader', async () => {
    const shutdown = new AbortController();
    const sink = new StdoutSink({ stream: new SlowReader(), format: 'jsonl' });
    await sink.start(shutdown.signal);
    sink.write(scmPacket());
    const waiting = sink.drained();
    shutdown.abort();
    await waiting;
    await sink.drained();
    await sink.stop();
  });

  it('finishes quietly when the reader has gone away', async () => {
    const stream = new SlowReader();
    const sink = new StdoutSink({ stream, format: 'jsonl' });
    await sink.start(never);
    sink.write(scmPacket());
    const waiting = sink.drained();
    stream.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    await waiting;
    expect(sink.closed).toBe(true);
    sink.write(scmPacket());
    await sink.stop();
    expect(stream.lines).toHaveLength(1);
    expect(sink.dropped).toBe(0);
  });

  it('does not wait for ever for a stuck reader once a shutdown was asked for', async () => {
    const shutdown = new AbortController();
    const sink = new StdoutSink({ stream: new SlowReader(), format: 'jsonl' });
    await sink.start(shutdown.signal);
    sink.write(scmPacket());
    shutdown.abort();
    await sink.stop();
    expect(sink.closed).toBe(false);
  });
});
