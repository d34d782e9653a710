import { expect, it } from 'vitest';
import { Timeline } from '../../src/synth/timeline.js';

function tenASecond(made = { times: 0 }): Timeline<{ readonly seconds: number }> {
  return new Timeline(function* () {
    made.times++;
    for (let tenth = 0; ; tenth++) yield { seconds: tenth / 10 };
  });
}

const timesOf = (events: readonly { readonly seconds: number }[]) => events.map(({ seconds }) => seconds);

it('gives what begins in a stretch of time, its first moment included', () => {
  const timeline = tenASecond();
  expect(timesOf(timeline.between(0, 0.3))).toEqual([0, 0.1, 0.2]);
  expect(timesOf(timeline.between(0.3, 0.5))).toEqual([0.3, 0.4]);
  expect(timesOf(timeline.between(-5, 0.1))).toEqual([0]);
  expect(timesOf(timeline.between(1, 1))).toEqual([]);
});

it('keeps the last minute, and makes again what was before', () => {
  const made = { times: 0 };
  const timeline = tenASecond(made);
  for (let from = 0; from < 1000; from++) expect(timeline.between(from, from + 1)).toHaveLength(10);
  expect(timesOf(timeline.between(950, 950.2))).toEqual([950, 950.1]);
  expect(made.times).toBe(1);
  expect(timesOf(timeline.between(3, 3.2))).toEqual([3, 3.1]);
  expect(made.times).toBe(2);
  expect(timesOf(timeline.between(5000, 5000.2))).toEqual([5000, 5000.1]);
  expect(made.times).toBe(2);
});

it('may end', () => {
  const timeline = new Timeline(() => [{ seconds: 1 }, { seconds: 2 }]);
  expect(timesOf(timeline.between(0, 10))).toEqual([1, 2]);
  expect(timesOf(timeline.between(10, 20))).toEqual([]);
  expect(timesOf(new Timeline(() => []).between(0, 1))).toEqual([]);
});
