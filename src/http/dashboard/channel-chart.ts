import type { BandSurvey } from './api.js';
import { fill, h, table } from './dom.js';
import { megahertz, number } from './format.js';

/** Listened to for less than this, a channel says nothing, s; and the band, Hz. */
const LEAST_SECONDS = 10;
const BAND = { lowHz: 909.2e6, highHz: 922.2e6 };
const PICTURE = { width: 650, height: 120 };
/** A channel is never so quiet that its bar is not seen, of the whole height; and what a full bar is at least. */
const LEAST_BAR = 0.02;
const LEAST_FULL = 0.05;

type ChannelUse = BandSurvey['channels'][number];

/** What is known of a channel, and from where. */
interface Shown extends ChannelUse {
  readonly source: 'live' | 'survey' | 'unknown';
}

/** How much of the time each channel of the band is in use: by what is heard now, elsewhere by the latest survey. */
export class ChannelChart {
  readonly element: HTMLElement;
  readonly #picture = h('div', {});
  readonly #scale = h('p', { class: 'scale' });
  readonly #numbers = h('div', {});

  constructor() {
    const ends = [BAND.lowHz, (BAND.lowHz + BAND.highHz) / 2, BAND.highHz];
    this.element = h(
      'div',
      { class: 'channels' },
      this.#scale,
      this.#picture,
      h('p', { class: 'scale' }, ...ends.map((hz) => h('span', {}, megahertz(hz)))),
      h(
        'p',
        { class: 'quiet' },
        'Dark: as ertd has listened; pale: as the latest survey found it; a dash: nobody has listened there.',
      ),
      h('details', {}, h('summary', {}, 'In numbers'), this.#numbers),
    );
  }

  show({ channels, survey }: BandSurvey): void {
    const shown = channels.map((now, i): Shown => {
      if (now.seconds >= LEAST_SECONDS) return { ...now, source: 'live' };
      const then = survey?.channels[i];
      return then === undefined || then.seconds === 0
        ? { ...now, source: 'unknown' }
        : { ...then, source: 'survey' };
    });
    const full = Math.max(LEAST_FULL, ...shown.map(({ busyShare }) => busyShare));
    fill(this.#picture, pictureOf(shown, full));
    this.#scale.textContent = `As high as the picture: in use ${percent(full)} of the time.`;
    fill(this.#numbers, numbersOf(shown));
  }
}

function pictureOf(channels: readonly Shown[], full: number): SVGElement {
  const { width, height } = PICTURE;
  const step = width / ((BAND.highHz - BAND.lowHz) / 196.6e3);
  const paths = { live: '', survey: '', unknown: '' };
  for (const { carrierHz, busyShare, source } of channels) {
    const x = (((carrierHz - BAND.lowHz) / (BAND.highHz - BAND.lowHz)) * width - 0.4 * step).toFixed(1);
    const tall = source === 'unknown' ? 1 : height * Math.max(LEAST_BAR, busyShare / full);
    const wide = (0.8 * step).toFixed(1);
    paths[source] += `M${x} ${height}v${(-tall).toFixed(1)}h${wide}V${height}z`;
  }
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const known = channels.filter(({ source }) => source !== 'unknown');
  const most = known.reduce((one, other) => (other.busyShare > one.busyShare ? other : one), channels[0]!);
  const label =
    known.length === 0
      ? 'Use of the channels: nothing is known yet'
      : `Use of ${known.length} of ${channels.length} channels, most at ${megahertz(most.carrierHz)}: ${percent(most.busyShare)} of the time`;
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', label);
  for (const [source, d] of Object.entries(paths)) {
    const path = document.createElementNS(svg.namespaceURI, 'path');
    path.setAttribute('class', source);
    path.setAttribute('d', d);
    svg.append(path);
  }
  return svg as SVGElement;
}

function numbersOf(channels: readonly Shown[]): HTMLElement {
  const words = { live: 'now', survey: 'survey', unknown: 'not listened to' };
  return table(
    'Use of the channels',
    ['Channel', 'MHz', 'In use', 'Packets a minute', 'Known by'],
    channels.map(({ carrierHz, busyShare, packetsPerMinute, source }, i) => [
      String(i),
      megahertz(carrierHz),
      source === 'unknown' ? '–' : percent(busyShare),
      source === 'unknown' ? '–' : number(packetsPerMinute),
      words[source],
    ]),
  );
}

function percent(share: number): string {
  return `${number(100 * share)} %`;
}
