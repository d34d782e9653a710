import { api, type Interval, type Meter, type Usage, type UsageLength } from '../api.js';
import { fill, h, table } from '../dom.js';
import { ago, dateTime, day, number, quantity, shownAs } from '../format.js';
import type { Page } from '../page.js';
import { usageChart } from '../usage-chart.js';
import { weekHeat } from '../week-heat.js';
import { nameForm } from './heard.js';

interface Period {
  readonly title: string;
  readonly length: UsageLength;
  /** The first day, so many periods back. */
  start(back: number): Date;
}

function startOfDay(days: number): Date {
  const now = new Date();
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - days);
}

/** Days, months and years of this browser's clock. */
const PERIODS: Readonly<Record<string, Period>> = {
  day: { title: 'Day', length: '5m', start: (back) => startOfDay(back) },
  week: { title: 'Week', length: '1h', start: (back) => startOfDay(7 * back + 6) },
  month: {
    title: 'Month',
    length: '1d',
    start: (back) => new Date(new Date().getFullYear(), new Date().getMonth() - back, 1),
  },
  year: { title: 'Year', length: '1d', start: (back) => new Date(new Date().getFullYear() - back, 0, 1) },
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
    return () => {};
  },
};

class MeterView {
  readonly element: HTMLElement;
  readonly #meter: Meter;
  readonly #chart = h('div', { class: 'chart' });
  readonly #said = h('p', { 'aria-live': 'polite' });
  readonly #rest = h('div', {});
  #period = 'week';
  #back = 0;
  #compare = false;

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
      this.#rest,
    );
  }

  #choose(period: string, back: number): void {
    this.#period = period;
    this.#back = back;
    void this.draw();
  }

  async draw(): Promise<void> {
    for (const button of this.element.querySelectorAll('[data-period]')) {
      button.setAttribute('aria-pressed', String(button.getAttribute('data-period') === this.#period));
    }
    const usage = await this.#usage(this.#back);
    const before = this.#compare ? await this.#usage(this.#back + 1) : undefined;
    const [unit, shown] = this.#unitOf(usage);
    const known = usage.intervals.filter(({ counts }) => counts !== null);
    const used = known.reduce((sum, one) => sum + amountOf(one), 0);
    const missing = usage.intervals.length - known.length;
    const { start } = PERIODS[this.#period]!;
    const gaps =
      missing === 0
        ? ''
        : `; ${number(missing)} of ${number(usage.intervals.length)} stretches are not known`;
    this.#said.textContent = `From ${day(start(this.#back).getTime())}: ${number(shown(used))} ${unit}${gaps}.`;
    fill(this.#chart);
    const label = `Use of ${this.#meter.name ?? this.#meter.key}: ${this.#said.textContent}`;
    usageChart(this.#chart, usage.intervals, { label, unit, shown, before: before?.intervals });
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
    const peak = hours.intervals.reduce<Interval | null>(
      (best, one) => (one.counts !== null && (best === null || amountOf(one) > amountOf(best)) ? one : best),
      null,
    );
    fill(
      this.#rest,
      h('h2', {}, 'Through the week'),
      weekHeat(hours.intervals, unit, shown),
      peak === null
        ? null
        : h('p', {}, `Most in an hour: ${number(shown(amountOf(peak)))} ${unit}, ${dateTime(peak.startMs)}.`),
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

  #usage(back: number): Promise<Usage> {
    const { start, length } = PERIODS[this.#period]!;
    const end = back === 0 ? Date.now() : start(back - 1).getTime();
    return api.usage(this.#meter.key, length, start(back).getTime(), end, 'consumption');
  }

  #unitOf({ unit }: Usage): [unit: string, shown: (value: number) => number] {
    if (unit === null) return ['counts', (value) => value];
    const { commodity } = this.#meter;
    return [shownAs(1, unit, commodity).unit, (value) => shownAs(value, unit, commodity).value];
  }
}

function amountOf({ value, counts }: Interval): number {
  return Number(value ?? counts);
}
