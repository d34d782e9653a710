import type { BandSurvey } from './api.js';
import { h, table } from './dom.js';
import { dateTime, megahertz, number } from './format.js';

/** What the latest survey found: where to listen, and what is in the way. */
export function surveyView(survey: BandSurvey['survey']): HTMLElement {
  if (survey === null)
    return h(
      'p',
      { class: 'quiet' },
      'There was none yet. ',
      h('code', {}, 'ertd survey'),
      ' listens to all of the band and tells where your meters are heard best; stop the daemon meanwhile.',
    );
  const { endedMs, seconds, packets, meters, best, carriers, windows } = survey;
  const heard = `${number(packets)} packets of ${number(meters)} meters in ${number(seconds / 60)} minutes`;
  const steady = carriers.map(({ hz, overNoiseDb }) => `${megahertz(hz)} (${overNoiseDb.toFixed(0)} dB)`);
  return h(
    'div',
    {},
    h('p', {}, `${dateTime(endedMs)}: ${heard}.`),
    best.meters === 0
      ? null
      : h(
          'p',
          {},
          `Best window: ${megahertz(best.centerHz)}, some ${number(best.packetsPerHour)} packets an hour from ${best.meters} meters.`,
        ),
    steady.length === 0 ? null : h('p', {}, `Carriers that stand: ${steady.join(', ')}.`),
    table(
      'Windows of the survey',
      ['Centre', 'Packets a minute', 'Meters', 'Noise', 'Clipped', 'Other signals'],
      windows.map((window) => [
        megahertz(window.centerHz),
        number((60 * window.packets) / Math.max(1, window.seconds)),
        String(window.meters),
        window.noiseDbfs === null ? '–' : `${window.noiseDbfs.toFixed(1)} dBFS`,
        `${number(100 * window.clippedShare)} %`,
        Object.entries(window.foreign)
          .map(([look, count]) => `${look} ${number(count)}`)
          .join(', ') || 'none',
      ]),
    ),
  );
}
