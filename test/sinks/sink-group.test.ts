import { describe, expect, it } from 'vitest';
import type { Sink } from '../../src/sinks/sink.js';
import { SinkGroup } from '../../src/sinks/sink-group.js';
import { failureOf } from './database-fixture.js';
import { scmPacket } from './reading-fixture.js';

/** What a sink does wrong. */
type Weakness = 'start' | 'write' | 'stop' | null;

/** Sinks that note in `calls` what happens to them. */
function sinksWith(...weaknesses: Weakness[]) {
  const calls: string[] = [];
  const sinks = weaknesses.map((weakness, index): Sink => {
    const name = `sink ${index + 1}`;
    const call = (what: Weakness): void => {
      calls.push(`${what} ${name}`);
      if (what === weakness) throw new Error(`${what} ${name}`);
    };
    return {
      name,
      start: async () => call('start'),
      write: () => call('write'),
      stop: async () => call('stop'),
    };
  });
  return { calls, group: new SinkGroup(sinks) };
}

const never = new AbortController().signal;

describe('SinkGroup', () => {
  it('starts in order and stops in reverse', async () => {
    const { calls, group } = sinksWith(null, null);
    await group.start(never);
    expect(await group.stop()).toEqual([]);
    expect(calls).toEqual(['start sink 1', 'start sink 2', 'stop sink 2', 'stop sink 1']);
  });

  it('stops only what has started', async () => {
    const { calls, group } = sinksWith(null, 'start', null);
    expect(await failureOf(group.start(never))).toEqual(new Error('start sink 2'));
    expect(await group.stop()).toEqual([]);
    expect(calls).toEqual(['start sink 1', 'start sink 2', 'stop sink 1']);
  });

  it('gives every sink the reading before it tells that one failed', async () => {
    const { calls, group } = sinksWith('write', null, 'write');
    await group.start(never);
    expect(() => group.write(scmPacket())).toThrow('write sink 1');
    expect(calls.slice(3)).toEqual(['write sink 1', 'write sink 2', 'write sink 3']);
  });

  it('stops every sink and tells which could not', async () => {
    const { calls, group } = sinksWith('stop', null, 'stop');
    await group.start(never);
    expect(await group.stop()).toEqual([new Error('stop sink 3'), new Error('stop sink 1')]);
    expect(calls.slice(3)).toEqual(['stop sink 3', 'stop sink 2', 'stop sink 1']);
  });
});
