import { ApiError, api, type HouseEvent, type Meter, type Statement, type Usage } from '../api.js';
import { costText } from '../costs.js';
import { fill, h } from '../dom.js';
import { ago, number, quantity, shownAs } from '../format.js';
import { live } from '../live.js';
import type { Page } from '../page.js';
import { sparkline } from '../sparkline.js';
import { Guide } from './guide.js';

const DAY_MS = 86_400_000;
/** Alarms are shown for so long. */
const RECENT_MS = 7 * DAY_MS;
/** However much comes, the page is drawn anew only so often, ms; a packet still shows within a second. */
const LEAST_MS = 500;
/** What was used is asked for again so often, ms. */
const USED_MS = 60_000;

/** What was used of late; it costs more to tell than what a meter says now. */
interface Used {
  /** Null for a meter that has not said what it consumes. */
  readonly hours: Usage | null;
  readonly statements: readonly Statement[];
}

/** The meters of the house; where there are none yet, how to get there. */
export const homePage: Page = {
  title: 'Home',
  async show(main) {
    let isDue = false;
    let drawnMs = Number.NEGATIVE_INFINITY;
    let gone = false;
    let mine: readonly Meter[] = [];
    let events: readonly HouseEvent[] = [];
    let used: ReadonlyMap<string, Used> = new Map();
    let usedUntilMs = 0;
    const render: () => Promise<void> = async (): Promise<void> => {
      const { meters } = await api.meters();
      mine = meters.filter(({ name }) => name !== null);
      if (mine.length === 0) {
        guide.update(await api.status());
        if (!gone && !guide.element.isConnected) fill(main, guide.element);
        return;
      }
      // The meters are there at once; what was used follows.
      draw();
      const isNew = mine.some(({ key }) => !used.has(key));
      if (!isNew && performance.now() < usedUntilMs) return;
      await askUsed();
      draw();
    };
    const draw = (): void => {
      if (gone) return;
      const cards = mine.map((meter) => cardOf(meter, used.get(meter.key) ?? null));
      fill(
        main,
        h('h1', { class: 'unseen' }, 'My meters'),
        alarms(events, mine),
        h('div', { class: 'cards' }, ...cards),
      );
    };
    const askUsed = async (): Promise<void> => {
      usedUntilMs = performance.now() + USED_MS;
      const meters = mine;
      const [past, all] = await Promise.all([api.events(), Promise.all(meters.map(usedOf))]);
      events = past;
      used = new Map(all.map((one, index) => [meters[index]!.key, one]));
    };
    const guide = new Guide(render);
    const soon = (): void => {
      if (isDue) return;
      isDue = true;
      const waitMs = Math.max(0, drawnMs + LEAST_MS - performance.now());
      setTimeout(() => {
        isDue = false;
        drawnMs = performance.now();
        if (!gone) void render().catch(() => {});
      }, waitMs);
    };
    await render();
    const ends = [
      // A meter that was named shows with the next commit, of which nobody tells.
      live.on('status', () => {
        if (mine.length === 0) soon();
      }),
      live.on('reading', soon),
      live.on('interval', soon),
      live.on('event', () => {
        usedUntilMs = 0;
        soon();
      }),
      live.on('packet', ({ id }) => {
        // The guide counts all that comes; beside one's own meters, others are no news.
        if (mine.length === 0 || mine.some(({ endpoints }) => endpoints.some((one) => one.id === id))) soon();
      }),
    ];
    return () => {
      gone = true;
      for (const end of ends) end();
    };
  },
};

async function usedOf({ key }: Meter): Promise<Used> {
  const nowMs = Date.now();
  const midnight = new Date().setHours(0, 0, 0, 0);
  const [hours, statements] = await Promise.all([
    api.usage(key, '1h', nowMs - DAY_MS, nowMs, 'consumption').catch(noneOf),
    api.statements(key, midnight, nowMs).catch((error) => noneOf(error) ?? []),
  ]);
  return { hours, statements };
}

/** @throws ApiError of anything else than that there is none */
function noneOf(error: unknown): null {
  if (error instanceof ApiError && error.status === 404) return null;
  throw error;
}

/** @param told what was used; null while that is not known yet */
function cardOf(meter: Meter, told: Used | null): HTMLElement {
  const nowMs = Date.now();
  const { hours, statements } = told ?? { hours: null, statements: [] };
  const today = statements.find(({ register }) => register === 'consumption');
  const used = today === undefined ? null : Number(today.value ?? today.counts);
  const cost = costText(statements);
  const register = meter.registers.find(({ name }) => name === 'consumption') ?? meter.registers[0];
  const total = register === undefined ? null : Number(register.value ?? register.counts);
  const values = (hours?.intervals ?? []).map(({ value, counts }) =>
    counts === null ? null : Number(value ?? counts),
  );
  return h(
    'article',
    { class: `card ${meter.commodity}` },
    h('h2', {}, h('a', { href: `#/meter/${meter.key}` }, meter.name ?? meter.key)),
    h(
      'p',
      { class: 'big' },
      told === null ? '…' : quantity(used, hours?.unit ?? null, meter.commodity),
      h('small', {}, ' today'),
    ),
    h('p', {}, [nowOf(meter), cost === '' ? '' : `${cost} today`].filter((one) => one !== '').join(' · ')),
    sparkline(values, `Use of ${meter.name ?? meter.key} in the last 24 hours`),
    h(
      'p',
      { class: 'quiet' },
      `Reading ${quantity(total, register?.value == null ? null : meter.unit, meter.commodity)}`,
    ),
    h('p', { class: 'quiet' }, `heard ${ago(meter.lastHeardMs, nowMs)} · ${signalOf(meter)}`),
  );
}

/** What flows now, from the last change of the register. */
function nowOf({ rate, unit, commodity }: Meter): string {
  if (rate === null || unit === null) return '';
  if (unit === 'kWh') return `${number(1000 * Number(rate))} W now`;
  const shown = shownAs(Number(rate), unit, commodity);
  return `${number(shown.value)} ${shown.unit}/h now`;
}

function signalOf({ endpoints }: Meter): string {
  const snrDb = Math.max(...endpoints.map((endpoint) => endpoint.snrDb));
  const word = snrDb >= 20 ? 'strong' : snrDb >= 12 ? 'good' : 'weak';
  return `${word} signal, ${snrDb.toFixed(0)} dB`;
}

/** Whose alarm it is; nothing where it is the receiver's. */
function nameOf(key: string | null, meters: readonly Meter[]): HTMLElement | null {
  if (key === null) return null;
  const name = meters.find((meter) => meter.key === key)?.name ?? key;
  return h('a', { href: `#/meter/${key}` }, `${name}: `);
}

function alarms(events: readonly HouseEvent[], meters: readonly Meter[]): HTMLElement | null {
  const recent = events.filter(
    ({ severity, timeMs }) => severity !== 'info' && Date.now() - timeMs < RECENT_MS,
  );
  if (recent.length === 0) return null;
  return h(
    'section',
    { 'aria-label': 'Alarms' },
    ...recent
      .slice(0, 5)
      .map(({ severity, meter, message, timeMs }) =>
        h(
          'p',
          { class: severity === 'alarm' ? 'alarm' : 'warning' },
          nameOf(meter, meters),
          message,
          h('small', {}, ` ${ago(timeMs, Date.now())}`),
        ),
      ),
  );
}
