import { api, type Suspect } from '../api.js';
import { fill, h, table } from '../dom.js';
import { dateTime } from '../format.js';
import type { Page } from '../page.js';

/** Packets that are not believed yet, with why; what is right of them only the user may know. */
export const quarantinePage: Page = {
  title: 'Quarantine',
  async show(main) {
    const render = async (): Promise<void> => {
      const { suspects, hidden } = await api.quarantine();
      const decide = async (id: number, decision: 'accept' | 'drop'): Promise<void> => {
        await api.decide(id, decision);
        await render();
      };
      fill(
        main,
        h('h1', {}, 'Quarantine'),
        h(
          'p',
          { class: 'quiet' },
          'What does not fit a meter waits here until later packets bear it out or contradict it. It counts for nothing meanwhile.',
        ),
        hidden === 0 ? null : h('p', { class: 'quiet' }, `${hidden} of other people’s meters are not shown.`),
        suspects.length === 0
          ? h('p', {}, 'Nothing waits.')
          : table(
              'Packets that wait',
              ['Meter', 'Why', 'Packets', 'First', 'Last', 'Outcome', ''],
              suspects.map((suspect) => rowOf(suspect, decide)),
            ),
      );
    };
    await render();
    return () => {};
  },
};

function rowOf(
  { id, endpoint, doubt, sightings, firstMs, lastMs, outcome }: Suspect,
  decide: (id: number, decision: 'accept' | 'drop') => Promise<void>,
) {
  const button = (decision: 'accept' | 'drop', text: string): HTMLElement =>
    h('button', { onclick: () => void decide(id, decision), 'aria-label': `${text} ${endpoint}` }, text);
  const choice =
    outcome === 'waiting' ? h('span', {}, button('accept', 'Accept'), ' ', button('drop', 'Drop')) : '';
  return [endpoint, doubt, sightings, dateTime(firstMs), dateTime(lastMs), outcome, choice];
}
