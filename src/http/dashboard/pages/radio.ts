import { api, type Receiver, type Status } from '../api.js';
import { ChannelChart } from '../channel-chart.js';
import { fill, h, table } from '../dom.js';
import { ago, megahertz, number } from '../format.js';
import { type HeardPacket, live, watchSpectra } from '../live.js';
import type { Page } from '../page.js';
import { surveyView } from '../survey-view.js';
import { Waterfall } from '../waterfall.js';

const MOST_PACKETS = 12;
/** How often the use of the band is asked for, ms. */
const BAND_MS = 10_000;

/** What is on the air and how well it is received: for finding the best place for an antenna. */
export const radioPage: Page = {
  title: 'Radio',
  async show(main) {
    const [status, band] = await Promise.all([api.status(), api.survey()]);
    const channels = new ChannelChart();
    channels.show(band);
    const falls = new Map<string, Waterfall>();
    const pictures = h('div', {}, h('p', { class: 'quiet' }, 'The picture comes with the next samples.'));
    const figures = h('div', {});
    const heard = h('div', { id: 'packets' });
    const packets: HeardPacket[] = [];
    let before = { packets: totalOf(status), atMs: performance.now() };
    const tell = (next: Status): void => {
      const minutes = (performance.now() - before.atMs) / 60_000;
      const perMinute = minutes > 0 ? (totalOf(next) - before.packets) / minutes : null;
      fill(figures, ...next.receivers.map((receiver) => figuresOf(receiver, perMinute)));
      if (minutes > 1) before = { packets: totalOf(next), atMs: performance.now() };
    };
    const onPacket = (packet: HeardPacket): void => {
      falls.get(packet.receiver)?.mark(packet);
      packets.unshift(packet);
      packets.length = Math.min(packets.length, MOST_PACKETS);
      fill(heard, listOf(packets));
    };
    tell(status);
    fill(
      main,
      h('h1', {}, 'Radio'),
      ...[pictures, figures],
      ...[h('h2', {}, 'Packets as they come'), heard],
      ...[h('h2', {}, 'Use of the channels'), channels.element],
      ...[h('h2', {}, 'The latest survey'), surveyView(band.survey)],
    );
    const asking = setInterval(
      () =>
        void api.survey().then(
          (next) => channels.show(next),
          () => {},
        ),
      BAND_MS,
    );
    const ends = [
      () => clearInterval(asking),
      live.on('status', tell),
      live.on('packet', onPacket),
      watchSpectra((row) => {
        let fall = falls.get(row.receiver);
        if (fall === undefined) {
          fall = new Waterfall();
          falls.set(row.receiver, fall);
          if (falls.size === 1) fill(pictures);
          const isOnly = status.receivers.length === 1;
          pictures.append(h('figure', {}, fall.element, isOnly ? null : h('figcaption', {}, row.receiver)));
        }
        fall.add(row);
      }),
    ];
    return () => {
      for (const end of ends) end();
    };
  },
};

function totalOf({ receivers }: Status): number {
  return receivers.reduce((sum, { packets }) => sum + packets, 0);
}

function figuresOf(receiver: Receiver, perMinute: number | null): HTMLElement {
  const all = receiver.samples + receiver.lostSamples;
  const share = (samples: number): string => `${((100 * samples) / Math.max(1, all)).toFixed(3)} %`;
  const refused = Object.entries(receiver.refused)
    .filter(([, count]) => count > 0)
    .map(([why, count]) => `${why} ${number(count)}`)
    .join(', ');
  const rows = [
    ['State', receiver.why ?? receiver.state],
    ['Window', `${megahertz(receiver.centerHz)}, ${(receiver.sampleRateHz / 1e6).toFixed(2)} MHz wide`],
    ['Noise', receiver.noiseDbfs === null ? '–' : `${receiver.noiseDbfs.toFixed(1)} dBFS`],
    ['Gain', typeof receiver.gainDb === 'number' ? `${receiver.gainDb} dB` : receiver.gainDb],
    ['Clipped', share(receiver.clippedSamples)],
    ['Lost', share(receiver.lostSamples)],
    ['Packets', `${number(receiver.packets)}${perMinute === null ? '' : `, ${number(perMinute)} a minute`}`],
    ['Meters', number(receiver.meters)],
    ['Refused', refused === '' ? 'nothing' : refused],
  ];
  return h(
    'section',
    {},
    h('h2', {}, receiver.name),
    h('dl', {}, ...rows.flatMap(([name, value]) => [h('dt', {}, name ?? ''), h('dd', {}, value ?? '')])),
  );
}

function listOf(packets: readonly HeardPacket[]): HTMLElement {
  const rows = packets.map(({ timeMs, protocol, id, commodity, consumption, snrDb, carrierHz }) => [
    timeMs === null ? '–' : ago(timeMs, Date.now()),
    protocol,
    id ?? 'somebody else’s',
    commodity,
    consumption,
    `${snrDb.toFixed(0)} dB`,
    megahertz(carrierHz),
  ]);
  return table('The last packets', ['When', 'Message', 'Meter', 'What', 'Register', 'SNR', 'Carrier'], rows);
}
