import { api, type Status } from '../api.js';
import { fill, h } from '../dom.js';
import { FindMeter } from './find-meter.js';

/** The first start: is there a dongle, do packets come, which meter is mine? Ends with a meter that has a name. */
export class Guide {
  readonly element: HTMLElement;
  readonly #steps = h('div', {});
  readonly #find: FindMeter;

  constructor(changed: () => Promise<void>) {
    this.#find = new FindMeter(changed);
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
      h('p', {}, 'Or by what its dial shows, with all its digits:'),
      this.#find.element,
    );
  }

  /** Shows what is known by now, and leaves alone what somebody types. */
  update({ receivers }: Status): void {
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
    void this.#find.refresh();
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
