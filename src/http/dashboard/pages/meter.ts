import {
  api,
  type HouseEvent,
  type Interval,
  type Meter,
  type Totals,
  type Usage,
  type UsageLength,
} from '../api.js';
import { costTables } from '../costs.js';
import { fill, h, table } from '../dom.js';
import { ago, dateTime, day, number, quantity, shownAs } from '../format.js';
import type { Page } from '../page.js';
import { usageChart } from '../usage-chart.js';
import { weekHeat } from '../week-heat.js';
import { nameForm } from './heard.js';

interface Period {
  readonly title: string;
  readonly length: UsageLength | 'month';
  /** The first day, so many periods back. */
  start(back: number): Date;
}

function startOfDay(days: number): Date {
  const now = new Date();
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - days);
}

function startOfYear(years: number): Date {
  return new Date(new Date().getFullYear() - years, 0, 1);
}

/** What is drawn. */
type Shown = Pick<Usage, 'unit' | 'intervals'>;

/** Days, months and years of this browser's clock. */
const PERIODS: Readonly<Record<string, Period>> = {
  day: { title: 'Day', length: '5m', start: (back) => startOfDay(back) },
  week: { title: 'Week', length: '1h', start: (back) => startOfDay(7 * back + 6) },
  month: {
    title: 'Month',
    length: '1d',
    start: (back) => new Date(new Date().getFullYear(), new Date().getMonth() - back, 1),
  },
  year: { title: 'Year', length: '1d', start: startOfYear },
  months: { title: 'Year by months', length: 'month', start: startOfYear },
};

const HEAT_DAYS = 28;

/** One meter: what was used when, compared with before, and what happened to it. */
export const meterPage: Page = {
  title: 'Meter',
  async show(main, key) {
    const meter = (await api.meters()).meters.find((one) => one.key === key);
    if (meter === undefined) throw new Error(`No meter ${key} is known.`);
    const view = new MeterView(meter);
    fill(
      main,
      h('h1', {}, meter.name ?? meter.key),
      h(
        'p',
        { class: 'quiet' },
        `${meter.key} · ${meter.commodity} · heard ${ago(meter.lastHeardMs, Date.now())}`,
      ),
      nameForm(meter, () => location.reload()),
      view.element,
    );
    await view.draw();
    await view.drawRest();
    return () => view.leave();
  },
};

class MeterView {
  readonly element: HTMLElement;
  readonly #meter: Meter;
  readonly #chart = h('div', { class: 'chart' });
  readonly #said = h('p', { 'aria-live': 'polite' });
  readonly #costs = h('div', {});
  readonly #rest = h('div', {});
  #period = 'week';
  #back = 0;
  #compare = false;
  #events: readonly HouseEvent[] = [];
  /** Counts up with each picture that is asked for: one that comes late is not shown any more. */
  #turn = 0;
  #clear: () => void = () => {};

  constructor(meter: Meter) {
    this.#meter = meter;
    const compare = h('input', { type: 'checkbox', id: 'compare' });
    compare.addEventListener('change', () => {
      this.#compare = compare.checked;
      void this.draw();
    });
    const periods = Object.entries(PERIODS).map(([name, { title }]) =>
      h('button', { onclick: () => this.#choose(name, 0), 'data-period': name }, title),
    );
    this.element = h(
      'div',
      {},
      h(
        'div',
        { class: 'tools', role: 'group', 'aria-label': 'Period' },
        ...periods,
        h(
          'button',
          { onclick: () => this.#choose(this.#period, this.#back + 1), 'aria-label': 'Earlier' },
          '‹',
        ),
        h(
          'button',
          { onclick: () => this.#choose(this.#period, Math.max(0, this.#back - 1)), 'aria-label': 'Later' },
          '›',
        ),
        h('label', {}, compare, ' compare with the time before'),
      ),
      this.#said,
      this.#chart,
      this.#costs,
      this.#rest,
    );
  }

  #choose(period: string, back: number): void {
    this.#period = period;
    this.#back = back;
    void this.draw();
  }

  leave(): void {
    this.#turn++;
    this.#clear();
  }

  async draw(): Promise<void> {
    const turn = ++this.#turn;
    for (const button of this.element.querySelectorAll('[data-period]')) {
      button.setAttribute('aria-pressed', String(button.getAttribute('data-period') === this.#period));
    }
    const [usage, before, peak, costs] = await Promise.all([
      this.#usage(this.#back),
      this.#compare ? this.#usage(this.#back + 1) : undefined,
      this.#peakText(),
      this.#costTables(),
    ]);
    if (turn !== this.#turn) return;
    const [unit, shown] = this.#unitOf(usage);
    const known = usage.intervals.filter(({ counts }) => counts !== null);
    const used = known.reduce((sum, one) => sum + amountOf(one), 0);
    const missing = usage.intervals.length - known.length;
    const { start } = PERIODS[this.#period]!;
    const gaps =
      missing === 0
        ? ''
        : `; ${number(missing)} of ${number(usage.intervals.length)} stretches are not known`;
    this.#said.textContent = `From ${day(start(this.#back).getTime())}: ${number(shown(used))} ${unit}${gaps}.${peak}`;
    fill(this.#costs, ...costs);
    this.#clear();
    const label = `Use of ${this.#meter.name ?? this.#meter.key}: ${this.#said.textContent}`;
    const marks = this.#events.map(({ timeMs }) => timeMs);
    const options = { label, unit, shown, before: before?.intervals, marks };
    this.#clear = usageChart(this.#chart, usage.intervals, options);
  }

  /** The highest demand of what is shown. */
  async #peakText(): Promise<string> {
    const [fromMs, toMs] = this.#span(this.#back);
    const by = this.#isYear ? 'month' : 'day';
    const { periods } = await api.totals(this.#meter.key, by, fromMs, toMs);
    const peaks = periods.flatMap(({ peak }) => peak ?? []).filter(({ startMs }) => startMs >= fromMs);
    const highest = peaks.sort((one, other) => Number(other.value) - Number(one.value))[0];
    if (highest === undefined) return '';
    return ` Highest demand ${number(Number(highest.value))} ${highest.unit}, ${dateTime(highest.startMs)}.`;
  }

  /** A bill looks at every reading: not for years. */
  async #costTables(): Promise<HTMLElement[]> {
    if (this.#isYear) return [];
    return costTables(await api.statements(this.#meter.key, ...this.#span(this.#back)));
  }

  /** What does not change with the period. */
  async drawRest(): Promise<void> {
    const nowMs = Date.now();
    const { key, commodity } = this.#meter;
    const [hours, events, readings] = await Promise.all([
      api.usage(key, '1h', nowMs - HEAT_DAYS * 86_400_000, nowMs, 'consumption'),
      api.events(key),
      api.readings(key, 50),
    ]);
    const [unit, shown] = this.#unitOf(hours);
    this.#events = events;
    if (events.length > 0) void this.draw();
    fill(
      this.#rest,
      h('h2', {}, 'Through the week'),
      weekHeat(hours.intervals, unit, shown),
      h('h2', {}, 'What happened'),
      events.length === 0
        ? h('p', { class: 'quiet' }, 'Nothing worth telling.')
        : table(
            'Events',
            ['When', 'What'],
            events.map(({ timeMs, message }) => [dateTime(timeMs), message]),
          ),
      h('h2', {}, 'Readings'),
      h(
        'p',
        {},
        h('a', { href: `/api/v1/meters/${key}/readings.csv`, download: `${key}.csv` }, 'All of them as CSV'),
      ),
      table(
        'Readings',
        ['When', 'Register', 'Reading'],
        readings.map(({ timeMs, register, counts, value, unit: own }) => [
          dateTime(timeMs),
          register,
          value === null ? `${counts} counts` : quantity(Number(value), own, commodity),
        ]),
      ),
    );
  }

  get #isYear(): boolean {
    return this.#period === 'year' || this.#period === 'months';
  }

  async #usage(back: number): Promise<Shown> {
    const { length } = PERIODS[this.#period]!;
    const { key } = this.#meter;
    const [fromMs, toMs] = this.#span(back);
    if (length !== 'month') return api.usage(key, length, fromMs, toMs, 'consumption');
    const { unit, periods } = await api.totals(key, 'month', fromMs, toMs);
    return { unit, intervals: monthsOf(periods, new Date(fromMs).getFullYear(), toMs) };
  }

  /** From when until when is shown, ms since 1970. */
  #span(back: number): [fromMs: number, toMs: number] {
    const { start } = PERIODS[this.#period]!;
    return [start(back).getTime(), back === 0 ? Date.now() : start(back - 1).getTime()];
  }

  #unitOf({ unit }: Shown): [unit: string, shown: (value: number) => number] {
    if (unit === null) return ['counts', (value) => value];
    const { commodity } = this.#meter;
    return [shownAs(1, unit, commodity).unit, (value) => shownAs(value, unit, commodity).value];
  }
}

/** The months of a year that have begun; one of which nothing is known is missing. */
function monthsOf(periods: Totals['periods'], year: number, toMs: number): Interval[] {
  return Array.from({ length: 12 }, (_, month): Interval => {
    const [startMs, endMs] = [new Date(year, month, 1).getTime(), new Date(year, month + 1, 1).getTime()];
    const middleMs = (startMs + endMs) / 2;
    // Months of the daemon's zone begin some hours sooner or later than those of this browser's.
    const known = periods.find((period) => period.startMs < middleMs && middleMs < period.endMs);
    return known ?? { startMs, endMs, counts: null, value: null, quality: 'missing' };
  }).filter(({ startMs }) => startMs < toMs);
}

function amountOf({ value, counts }: Interval): number {
  return Number(value ?? counts);
}
