import { api, type Meter, type Status } from '../api.js';
import { fill, h, table } from '../dom.js';
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
export class Guide {
  readonly element: HTMLElement;
  readonly #changed: () => Promise<void>;
  readonly #steps = h('div', {});
  readonly #dial = h('input', { id: 'dial', inputmode: 'decimal', autocomplete: 'off' });
  readonly #hidden = h('p', { class: 'quiet' });
  readonly #list = h('div', { id: 'candidates' });
  #meters: readonly Meter[] = [];

  constructor(changed: () => Promise<void>) {
    this.#changed = changed;
    this.#dial.addEventListener('input', () => this.#showCandidates());
    this.element = h(
      'div',
      { class: 'guide' },
      h('h1', {}, 'Let us find your meter'),
      this.#steps,
      step(
        false,
        'Which meter is yours?',
        'Its number is on the label, often behind two digits for its type, as in 07 12345678.',
      ),
      labelForm(changed),
      this.#hidden,
      h('p', {}, h('label', { for: 'dial' }, 'Or by what its dial shows: '), this.#dial),
      this.#list,
    );
  }

  /** Shows what is known by now, and leaves alone what somebody types. */
  update({ meters, hidden }: Heard, { receivers }: Status): void {
    const receiving = receivers.some(({ state }) => state === 'receiving');
    const packets = receivers.reduce((sum, receiver) => sum + receiver.packets, 0);
    const why = receivers.find((receiver) => receiver.why !== null)?.why ?? 'No samples come yet.';
    const names = receivers.map(({ name }) => name).join(', ');
    const come = packets > 0 ? `${packets} so far` : 'Most meters send every few seconds to minutes.';
    fill(
      this.#steps,
      step(receiving, 'A radio is found.', receiving ? names : why),
      step(packets > 0, 'Packets come.', come),
    );
    this.#hidden.textContent = hidden === 0 ? '' : hiddenText(hidden);
    this.#meters = meters;
    const isTyped = [...this.#list.querySelectorAll('input')].some(({ value }) => value !== '');
    if (!isTyped && !this.#list.contains(document.activeElement)) this.#showCandidates();
  }

  #showCandidates(): void {
    fill(this.#list, candidatesOf(this.#meters, this.#dial.value, this.#changed));
  }
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
  if (sorted.length === 0)
    return h('p', { class: 'quiet' }, 'No meter that may be shown has been heard twice yet.');
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
