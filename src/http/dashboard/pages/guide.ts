import { api, type Meter, type Status } from '../api.js';
import { h, table } from '../dom.js';
import { ago, number } from '../format.js';
import { hiddenText, nameForm } from './heard.js';

/** Candidates shown at once. */
const MOST = 12;

/** What the guide knows of meters. */
export interface Heard {
  readonly meters: readonly Meter[];
  /** Meters that may not be shown. */
  readonly hidden: number;
}

/** The first start: is there a dongle, do packets come, which meter is mine? Ends with a meter that has a name. */
export function guide(
  { meters, hidden }: Heard,
  { receivers }: Status,
  changed: () => Promise<void>,
): HTMLElement {
  const receiving = receivers.some(({ state }) => state === 'receiving');
  const packets = receivers.reduce((sum, receiver) => sum + receiver.packets, 0);
  const why = receivers.find((receiver) => receiver.why !== null)?.why ?? 'No samples come yet.';
  const dial = h('input', { id: 'dial', inputmode: 'decimal', autocomplete: 'off' });
  const list = h('div', { id: 'candidates' });
  const show = (): void => list.replaceChildren(candidatesOf(meters, dial.value, changed));
  dial.addEventListener('input', show);
  show();
  return h(
    'div',
    { class: 'guide' },
    h('h1', {}, 'Let us find your meter'),
    step(receiving, 'A radio is found.', receiving ? receivers.map(({ name }) => name).join(', ') : why),
    step(
      packets > 0,
      'Packets come.',
      packets > 0 ? `${packets} so far` : 'Most meters send every few seconds to minutes.',
    ),
    step(
      false,
      'Which meter is yours?',
      'Its number is on the label, often behind two digits for its type, as in 07 12345678.',
    ),
    labelForm(changed),
    hidden === 0 ? null : h('p', { class: 'quiet' }, hiddenText(hidden)),
    meters.length === 0 ? null : h('p', {}, h('label', { for: 'dial' }, 'Or by what its dial shows: '), dial),
    meters.length === 0 ? null : list,
  );
}

/** Takes the number from the label. */
function labelForm(changed: () => Promise<void>): HTMLElement {
  const id = h('input', {
    id: 'label',
    inputmode: 'numeric',
    autocomplete: 'off',
    required: true,
    maxlength: 20,
  });
  const name = h('input', { id: 'name', value: 'My meter', required: true, maxlength: 60 });
  const said = h('p', { class: 'alarm', role: 'alert' });
  const form = h(
    'form',
    { class: 'tools' },
    h('label', { for: 'label' }, 'Number'),
    id,
    h('label', { for: 'name' }, 'Call it'),
    name,
    h('button', {}, 'This is mine'),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    api.add({ id: id.value, name: name.value }).then(
      () => {
        said.textContent = 'It is yours; it shows here as soon as it is heard twice.';
        return changed();
      },
      (error: Error) => {
        said.textContent = error.message;
      },
    );
  });
  return h('div', {}, form, said);
}

function step(done: boolean, title: string, text: string): HTMLElement {
  return h(
    'p',
    { class: done ? 'step done' : 'step' },
    h('strong', {}, `${done ? '✓' : '…'} ${title}`),
    ` ${text}`,
  );
}

/** Those whose register has the digits of the dial come first. */
function candidatesOf(meters: readonly Meter[], dial: string, changed: () => Promise<void>): HTMLElement {
  const digits = dial.replace(/\D/g, '').replace(/^0+/, '');
  const matching = (meter: Meter): number => {
    const counts = String(meter.registers[0]?.counts ?? '');
    let same = 0;
    while (same < digits.length && digits[same] === counts[same]) same++;
    return same;
  };
  const sorted = [...meters].sort(
    (a, b) => matching(b) - matching(a) || (b.endpoints[0]?.snrDb ?? 0) - (a.endpoints[0]?.snrDb ?? 0),
  );
  if (sorted.length === 0) return h('p', { class: 'quiet' }, 'No meter has been heard twice yet.');
  const rows = sorted
    .slice(0, MOST)
    .map((meter) => [
      meter.key,
      meter.commodity,
      number(meter.registers[0]?.counts ?? 0),
      `${(meter.endpoints[0]?.snrDb ?? 0).toFixed(0)} dB`,
      ago(meter.lastHeardMs, Date.now()),
      nameForm(meter, changed),
    ]);
  return table(
    'Meters that may be yours',
    ['Meter', 'What', 'Register', 'SNR', 'Last heard', 'Give it a name'],
    rows,
  );
}
