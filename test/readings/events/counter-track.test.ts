import { describe, expect, it } from 'vitest';
import { type CounterState, counted } from '../../../src/readings/events/counter-track.js';

/** Steps that a sequence of values makes, each `[value, modulus]`. */
function stepsOf(values: readonly (readonly [number, number])[]): (number | null)[] {
  let state: CounterState | null = null;
  return values.map(([value, modulus], i) => {
    const after = counted(state, value, modulus, i);
    state = after.state;
    return after.step?.steps ?? null;
  });
}

describe('a counter', () => {
  it.each([
    ['the first value is no step', [[3, 4]], [null]],
    [
      'a step counts when it is heard twice',
      [
        [0, 4],
        [1, 4],
        [1, 4],
        [1, 4],
      ],
      [null, null, 1, null],
    ],
    [
      'what is heard once only was misheard',
      [
        [0, 4],
        [2, 4],
        [0, 4],
        [2, 4],
        [0, 4],
      ],
      [null, null, null, null, null],
    ],
    [
      'two wrong ones that differ do not agree',
      [
        [0, 4],
        [2, 4],
        [3, 4],
        [0, 4],
      ],
      [null, null, null, null],
    ],
    [
      'it wraps',
      [
        [3, 4],
        [0, 4],
        [0, 4],
      ],
      [null, null, 1],
    ],
    [
      'eight bits wrap',
      [
        [254, 256],
        [1, 256],
        [1, 256],
      ],
      [null, null, 3],
    ],
    [
      'two bits of SCM are low ones of eight of IDM',
      [
        [0, 4],
        [252, 256],
        [0, 4],
        [252, 256],
      ],
      [null, null, null, null],
    ],
    [
      'a step that SCM and IDM tell is one',
      [
        [252, 256],
        [1, 4],
        [253, 256],
        [1, 4],
        [253, 256],
      ],
      [null, null, 1, null, null],
    ],
    [
      'SCM alone brings what IDM told forward',
      [
        [252, 256],
        [1, 4],
        [1, 4],
        [253, 256],
      ],
      [null, null, 1, null],
    ],
    [
      'more that IDM knows of',
      [
        [252, 256],
        [1, 4],
        [1, 4],
        [1, 256],
        [1, 256],
      ],
      [null, null, 1, null, 4],
    ],
    [
      'going back is none',
      [
        [200, 256],
        [3, 256],
        [3, 256],
        [4, 256],
        [4, 256],
      ],
      [null, null, 59, null, 1],
    ],
    [
      'going back a little is none',
      [
        [200, 256],
        [199, 256],
        [199, 256],
        [200, 256],
        [200, 256],
      ],
      [null, null, null, null, 1],
    ],
  ] as const)('%s', (_, values, steps) => {
    expect(stepsOf(values)).toEqual(steps);
  });

  it('tells from when on it was so', () => {
    const first = counted(null, 1, 4, 100).state;
    const second = counted(first, 2, 4, 200).state;
    expect(counted(second, 2, 4, 300).step).toEqual({ steps: 1, from: 1, to: 2, sinceMs: 200 });
  });
});
