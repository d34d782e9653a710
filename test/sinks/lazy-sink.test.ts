import { expect, it } from 'vitest';
import type { Entry } from '../../src/readings/entry.js';
import { LazySink } from '../../src/sinks/lazy-sink.js';
import type { Sink } from '../../src/sinks/sink.js';
import { registerReading } from './entry-fixture.js';

it('is loaded when it starts, and is then what it stands for', async () => {
  const said: string[] = [];
  const status = { name: 'x', target: 'y', queued: 1, sent: 2, dropped: 0, trouble: null };
  const real: Sink = {
    name: 'x',
    status,
    start: async () => void said.push('start'),
    write: (entry: Entry) => void said.push(entry.kind),
    stop: async () => void said.push('stop'),
  };
  const sink = new LazySink('x', async () => {
    said.push('load');
    return real;
  });
  sink.write(registerReading());
  await sink.stop();
  expect([said, sink.status]).toEqual([[], undefined]);
  await sink.start(new AbortController().signal);
  sink.write(registerReading());
  await sink.stop();
  expect(said).toEqual(['load', 'start', 'reading', 'stop']);
  expect(sink.status).toBe(status);
});

it('is not there where it cannot be started', async () => {
  const sink = new LazySink('x', async () => Promise.reject(new Error('no')));
  await expect(sink.start(new AbortController().signal)).rejects.toThrow('no');
  sink.write(registerReading());
  await sink.stop();
});
