import { api, type Candidate } from '../api.js';
import { fill, h, table } from '../dom.js';

/** Readings of the dial are remembered in this browser, so that a second one makes it surer. */
const KEPT = 'ertd.dials';
const WEEK_MS = 7 * 86_400_000;
/** Who fits is asked again so often at most, ms. */
const LEAST_MS = 10_000;

const UNITS = { electric: ['kWh'], gas: ['ft³', 'CCF', 'm³'], water: ['gal', 'ft³', 'm³', 'L'] } as const;

/** A reading of the dial, as it was typed. */
interface Dial {
  readonly timeMs: number;
  readonly text: string;
}

/** Which meter is mine? Asks for the dial, shows who fits and why, and gives the one that is it its name. */
export class FindMeter {
  readonly element: HTMLElement;
  readonly #changed: () => Promise<void>;
  readonly #dial = h('input', { id: 'dial', inputmode: 'decimal', autocomplete: 'off', required: true });
  readonly #what = h(
    'select',
    { id: 'what' },
    ...Object.keys(UNITS).map((one) => h('option', { value: one }, one)),
  );
  readonly #unit = h('select', { id: 'unit' });
  readonly #found = h('div', { id: 'candidates', 'aria-live': 'polite' });
  #dials: Dial[] = keptDials();
  #lookedMs = Number.NEGATIVE_INFINITY;

  constructor(changed: () => Promise<void>) {
    this.#changed = changed;
    const form = h(
      'form',
      { class: 'tools' },
      h('label', { for: 'what' }, 'It counts'),
      this.#what,
      h('label', { for: 'dial' }, 'Its dial shows now'),
      this.#dial,
      h('label', { for: 'unit' }, 'in'),
      this.#unit,
      h('button', {}, 'Who fits?'),
    );
    this.#what.addEventListener('change', () => this.#showUnits());
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#dials = [...this.#dials, { timeMs: Date.now(), text: this.#dial.value.trim() }];
      void this.#look();
    });
    this.#showUnits();
    this.element = h('div', {}, form, this.#found);
  }

  /** More was heard: asks again who fits the dial, but leaves alone what somebody types. */
  async refresh(): Promise<void> {
    const isTyped = [...this.#found.querySelectorAll('input')].some(({ value }) => value !== '');
    const isUsed = isTyped || this.#found.contains(document.activeElement);
    if (this.#dials.length > 0 && !isUsed && performance.now() - this.#lookedMs >= LEAST_MS)
      await this.#look();
  }

  async #look(): Promise<void> {
    this.#lookedMs = performance.now();
    const dials = this.#dials.map(({ timeMs, text }) => `${timeMs}=${text}`);
    try {
      const { candidates, heard } = await api.find(dials, this.#what.value);
      localStorage.setItem(KEPT, JSON.stringify(this.#dials));
      fill(this.#found, ...this.#shown(candidates, heard));
    } catch (error) {
      this.#dials = this.#dials.slice(0, -1);
      fill(this.#found, h('p', { class: 'alarm', role: 'alert' }, (error as Error).message));
    }
  }

  #showUnits(): void {
    const units = UNITS[this.#what.value as keyof typeof UNITS];
    fill(this.#unit, ...units.map((one) => h('option', {}, one)));
  }

  #shown(candidates: readonly Candidate[], heard: number): HTMLElement[] {
    const again = candidates.some(({ key }) => key !== null)
      ? 'A second reading of the dial, an hour or more after the first, makes it surer.'
      : 'What a dial shows counts for five minutes; then type what it shows by then.';
    if (candidates.length === 0) {
      const none =
        heard === 0
          ? 'No meter has been heard twice yet; most are heard within minutes.'
          : `${heard} meters are heard, and the dial shows the register of none of them. Type all its digits, as they are now.`;
      return [h('p', { class: 'quiet' }, none), h('p', { class: 'quiet' }, again)];
    }
    const rows = candidates.map((one) => [
      `${(100 * one.probability).toFixed(0)} %`,
      one.key ?? 'told when it is yours',
      one.commodity,
      `${one.snrDb.toFixed(0)} dB`,
      one.reasons.join('; '),
      this.#nameForm(one),
    ]);
    return [
      table('Meters that may be yours', ['Sure', 'Meter', 'What', 'SNR', 'Why', 'Give it a name'], rows),
      h('p', { class: 'quiet' }, again),
    ];
  }

  #nameForm({ candidate, key }: Candidate): HTMLElement {
    const name = h('input', {
      'aria-label': `Name of ${key ?? 'this meter'}`,
      placeholder: 'name',
      maxlength: 60,
      required: true,
    });
    const form = h('form', { class: 'inline' }, name, h('button', {}, 'Mine'));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const dial = this.#dials.at(-1)?.text;
      api.found({ candidate, name: name.value, dial, unit: this.#unit.value }).then(
        () => {
          localStorage.removeItem(KEPT);
          this.#dials = [];
          fill(this.#found, h('p', {}, 'It is yours; it shows here as soon as it is heard again.'));
          return this.#changed();
        },
        (error: Error) => {
          name.setCustomValidity(error.message);
          name.reportValidity();
          name.setCustomValidity('');
        },
      );
    });
    return form;
  }
}

function keptDials(): Dial[] {
  try {
    const kept: Dial[] = JSON.parse(localStorage.getItem(KEPT) ?? '[]');
    return kept.filter(({ timeMs }) => Date.now() - timeMs < WEEK_MS).slice(-5);
  } catch {
    return [];
  }
}
