import { describe, expect, it } from 'vitest';
import { Retained } from '../../../src/sinks/mqtt/retained.js';

function retained(left: Readonly<Record<string, string>> = {}) {
  let changes = 0;
  const made = new Retained(() => {
    changes += 1;
  });
  made.restore(new Map(Object.entries(left)));
  return { made, changes: () => changes };
}

describe('Retained', () => {
  it('has the newest of each topic, and what is the same once', () => {
    const { made, changes } = retained();
    made.set('a', { n: 1 });
    made.set('a', { n: 2 });
    made.set('b', { n: 3 });
    made.set('b', { n: 3 });
    expect(changes()).toBe(3);
    const taken = made.take(10);
    expect(taken).toEqual([
      { topic: 'a', payload: '{"n":2}', retain: true },
      { topic: 'b', payload: '{"n":3}', retain: true },
    ]);
    expect(made.take(10)).toEqual([]);
    expect(made.recordOf('b')).toEqual({ n: 3 });
    expect(made.recordOf('c')).toBeNull();
  });

  it('comes again where it did not arrive, unless there is something newer', () => {
    const { made } = retained();
    for (const topic of ['a', 'b', 'c']) made.set(topic, { n: 1 });
    const taken = made.take(10);
    made.set('c', { n: 2 });
    made.published(taken, 1);
    expect(made.take(10).map(({ topic, payload }) => `${topic} ${payload}`)).toEqual([
      'c {"n":2}',
      'b {"n":1}',
    ]);
  });

  it('is taken back by an empty message, which is forgotten once it has arrived', () => {
    const { made } = retained({ a: '{}' });
    expect(made.take(10)).toEqual([]);
    made.remove('a');
    expect(made.has('a')).toBe(false);
    const taken = made.take(10);
    expect(taken).toEqual([{ topic: 'a', payload: '', retain: true }]);
    made.published(taken, 0);
    expect([...made.payloads.keys()]).toEqual(['a']);
    made.published(made.take(10), 1);
    expect([...made.payloads.keys()]).toEqual([]);
  });

  it('is published anew from the run before when that is asked for', () => {
    const { made } = retained({ a: '{"n":1}', b: '{"n":2}' });
    made.renew();
    expect(made.take(1).map(({ topic }) => topic)).toEqual(['a']);
    expect(made.take(1).map(({ topic }) => topic)).toEqual(['b']);
  });
});
