import type { Interval } from './api.js';
import { h } from './dom.js';

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
/** Shades in the style sheet, from nothing to the most. */
const SHADES = 9;

/** When in the week it is used: the mean of each hour of each weekday, as a table of shades. */
export function weekHeat(
  intervals: readonly Interval[],
  unit: string,
  shown: (value: number) => number,
): HTMLElement {
  const sums = new Map<string, { sum: number; count: number }>();
  for (const { startMs, value, counts } of intervals) {
    const amount = value === null ? counts : Number(value);
    if (amount === null) continue;
    const at = new Date(startMs);
    const place = `${at.getDay()} ${at.getHours()}`;
    const cell = sums.get(place) ?? { sum: 0, count: 0 };
    sums.set(place, { sum: cell.sum + shown(amount), count: cell.count + 1 });
  }
  const meanOf = (weekday: number, hour: number): number | null => {
    const cell = sums.get(`${weekday} ${hour}`);
    return cell === undefined ? null : cell.sum / cell.count;
  };
  const most = Math.max(1e-9, ...[...sums.values()].map(({ sum, count }) => sum / count));
  const row = (weekday: number): HTMLElement =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, nameOf(weekday)),
      ...HOURS.map((hour) => cellOf(meanOf(weekday, hour), most, unit)),
    );
  return h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Use by hour of the week' },
    h(
      'table',
      { class: 'heat' },
      h('caption', {}, `Mean use by hour of the week, ${unit}`),
      h('thead', {}, h('tr', {}, h('td'), ...HOURS.map((hour) => h('th', { scope: 'col' }, hour)))),
      h('tbody', {}, ...[1, 2, 3, 4, 5, 6, 0].map(row)),
    ),
  );
}

function cellOf(mean: number | null, most: number, unit: string): HTMLElement {
  if (mean === null) return h('td', { class: 'heat-none', title: 'not known' });
  const shade = Math.min(SHADES - 1, Math.floor((SHADES * mean) / most));
  return h(
    'td',
    { class: `heat-${shade}`, title: `${mean.toFixed(2)} ${unit}` },
    h('span', { class: 'unseen' }, mean.toFixed(2)),
  );
}

function nameOf(weekday: number): string {
  // 4 January 1970 was a Sunday.
  const date = new Date(1970, 0, 4 + weekday);
  return new Intl.DateTimeFormat(undefined, { weekday: 'short' }).format(date);
}
