import { api, type Meter } from '../api.js';
import { fill, h, table } from '../dom.js';
import { ago, megahertz, quantity } from '../format.js';
import type { Page } from '../page.js';

/** Every meter that is believed to be there, and how well it is heard. */
export const heardPage: Page = {
  title: 'Meters heard',
  async show(main) {
    const render = async (): Promise<void> => {
      const { meters, hidden } = await api.meters();
      const nowMs = Date.now();
      fill(
        main,
        h('h1', {}, 'Meters heard'),
        hidden === 0 ? null : h('p', { class: 'quiet' }, hiddenText(hidden)),
        meters.length === 0
          ? h(
              'p',
              {},
              'None yet: meters send every few seconds to minutes, and count from their second packet on.',
            )
          : table(
              'Meters heard',
              ['Meter', 'What', 'Messages', 'Reading', 'Last heard', 'Heard', 'SNR', 'Carrier', ''],
              meters.map((meter) => rowOf(meter, nowMs, render)),
            ),
      );
    };
    await render();
    return () => {};
  },
};

function rowOf(meter: Meter, nowMs: number, changed: () => Promise<void>) {
  const [register] = meter.registers;
  const [endpoint] = meter.endpoints;
  const value = register?.value == null ? (register?.counts ?? null) : Number(register.value);
  const share = meter.expected > 0 ? `${Math.round((100 * meter.packets) / meter.expected)} %` : '–';
  return [
    h('a', { href: `#/meter/${meter.key}` }, meter.name ?? meter.key),
    meter.commodity,
    meter.endpoints.flatMap(({ protocols }) => protocols).join(', '),
    quantity(value, register?.value == null ? null : meter.unit, meter.commodity),
    ago(meter.lastHeardMs, nowMs),
    share,
    endpoint === undefined ? '–' : `${endpoint.snrDb.toFixed(0)} dB`,
    endpoint === undefined ? '–' : megahertz(endpoint.carrierHz),
    nameForm(meter, changed),
  ];
}

/** What is said of meters that are not shown. */
export function hiddenText(hidden: number): string {
  const who = hidden === 1 ? 'One meter of somebody else is' : `${hidden} meters of other people are`;
  return `${who} heard and not shown; the setting readings.unknown = "store" shows and keeps them.`;
}

/** Gives a meter a name: then it is the user's own. */
export function nameForm(
  meter: Pick<Meter, 'key' | 'name'>,
  changed: () => Promise<void> | void,
): HTMLElement {
  const label = `Name of ${meter.key}`;
  const name = h('input', {
    value: meter.name ?? '',
    placeholder: 'name',
    'aria-label': label,
    maxlength: 60,
    required: true,
  });
  const form = h('form', { class: 'inline' }, name, h('button', {}, meter.name === null ? 'Mine' : 'Rename'));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    api.name(meter.key, name.value).then(changed, (error: Error) => {
      name.setCustomValidity(error.message);
      name.reportValidity();
      name.setCustomValidity('');
    });
  });
  return form;
}
