import { api } from '../api.js';
import { fill, h, table } from '../dom.js';
import { dateTime, number } from '../format.js';
import type { Page } from '../page.js';

/** What runs here, and what it has done since it was started. */
export const aboutPage: Page = {
  title: 'About',
  async show(main) {
    const { receivers, startedMs, database } = await api.status();
    const rows = receivers.map(({ name, samples, sampleRateHz, lostSamples, packets, meters }) => [
      name,
      `${number(samples / sampleRateHz / 3600)} h`,
      number(packets),
      number(meters),
      `${((100 * lostSamples) / Math.max(1, samples + lostSamples)).toFixed(3)} %`,
    ]);
    fill(
      main,
      h('h1', {}, 'About'),
      h(
        'p',
        {},
        'ertd receives the radio packets of ERT utility meters and keeps their readings. It only listens.',
      ),
      h('p', {}, `Running since ${dateTime(startedMs)}.`),
      table('Receivers since then', ['Receiver', 'Air', 'Packets', 'Meters', 'Air lost'], rows),
      h('p', {}, database === null ? 'No database is kept.' : `Readings are in ${database.path}.`),
      h(
        'p',
        {},
        'Programs can have all of it too: ',
        h('a', { href: '/api/v1/openapi.json' }, 'the interface'),
        '.',
      ),
    );
    return () => {};
  },
};
