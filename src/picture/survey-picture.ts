import type { SurveyReport } from '../survey/report.js';
import { text, tick, ticksOf } from './axes.js';
import { type Colour, colourOf, TOP_DB } from './colours.js';
import type { Drawing, Shape } from './drawing.js';

/** The band that is drawn, Hz, and where. */
const BAND = { lowHz: 909.2e6, highHz: 922.2e6 };
const PLOT = { left: 84, width: 1300 };
const MARGIN = { top: 64, right: 40, bottom: 52, between: 44 };
const HEIGHT = { spectrum: 180, channels: 140, windows: 20, meter: 12 };
/** Meters that are drawn. */
const DRAWN_METERS = 40;
const BACKGROUND: Colour = [255, 255, 255];
const INK: Colour = [40, 40, 48];
const PAPER: Colour = [10, 12, 28];
const LINE: Colour = [225, 225, 230];
const USE: Colour = [200, 200, 210];
const PACKETS: Colour = [24, 110, 140];
const BEST: Colour = [20, 150, 70];

/** What a survey found, over frequency: the spectrum, the use of the channels, the windows, and where each meter was. */
export function surveyPicture(report: SurveyReport): Drawing {
  const meters = report.meters.slice(0, DRAWN_METERS);
  const spectrum = MARGIN.top;
  const channels = spectrum + HEIGHT.spectrum + MARGIN.between;
  const windows = channels + HEIGHT.channels + MARGIN.between;
  const rows = windows + report.windows.length * HEIGHT.windows + MARGIN.between;
  const bottom = rows + Math.max(1, meters.length) * HEIGHT.meter;
  const title =
    `${report.packets} packets from ${report.meters.length} meters in ${report.seconds.toFixed(0)} s; ` +
    `best window ${(report.best.centerHz / 1e6).toFixed(3)} MHz`;
  return {
    width: PLOT.left + PLOT.width + MARGIN.right,
    height: bottom + MARGIN.bottom,
    background: BACKGROUND,
    shapes: [
      text(PLOT.left, 22, title, INK, 'start'),
      ...spectrumPanel(report, spectrum),
      ...channelPanel(report, channels),
      ...windowPanel(report, windows),
      ...meterPanel(meters, rows, bottom),
      ...frequencyAxis(bottom),
    ],
  };
}

function xOf(hz: number): number {
  const share = (hz - BAND.lowHz) / (BAND.highHz - BAND.lowHz);
  return Math.round(PLOT.left + Math.max(0, Math.min(1, share)) * PLOT.width);
}

/** Usual and highest level of each frequency. */
function spectrumPanel({ spectrum }: SurveyReport, top: number): Shape[] {
  const yOf = (db: number): number =>
    top + HEIGHT.spectrum - Math.round((Math.max(0, Math.min(TOP_DB, db)) / TOP_DB) * HEIGHT.spectrum);
  const floor = top + HEIGHT.spectrum;
  const bars = spectrum.flatMap(({ hz, meanDb, mostDb }, i): Shape[] => {
    const x = xOf(hz);
    const width = Math.max(1, xOf(spectrum[i + 1]?.hz ?? hz) - x);
    if (width > MARGIN.between) return [];
    const bar = (db: number, fill: Colour): Shape => ({
      kind: 'box',
      x,
      y: yOf(db),
      width,
      height: floor - yOf(db),
      fill,
    });
    return [bar(mostDb, USE), bar(meanDb, colourOf(Math.max(8, meanDb)))];
  });
  return [
    ...heading('highest and usual level, dB over the noise', top),
    ...scale(top, HEIGHT.spectrum, TOP_DB),
    ...bars,
  ];
}

/** Packets a minute of each channel, before the share of the time that it is in use. */
function channelPanel({ channels }: SurveyReport, top: number): Shape[] {
  const most = Math.max(1, ...channels.map(({ packetsPerMinute }) => packetsPerMinute));
  const floor = top + HEIGHT.channels;
  const bars = channels.flatMap(({ carrierHz, packetsPerMinute, busyShare }): Shape[] => {
    const bar = (share: number, width: number, fill: Colour): Shape => {
      const height = Math.round(share * HEIGHT.channels);
      return { kind: 'box', x: xOf(carrierHz) - width / 2, y: floor - height, width, height, fill };
    };
    return [bar(busyShare, 14, USE), bar(packetsPerMinute / most, 8, PACKETS)];
  });
  const words = 'channels: packets a minute (narrow), share of the time in use (wide, of all)';
  return [...heading(words, top), ...scale(top, HEIGHT.channels, most), ...bars];
}

function windowPanel({ windows, best, sampleRateHz }: SurveyReport, top: number): Shape[] {
  const bars = windows.flatMap(({ lowHz, highHz, packets, seconds, noiseDbfs }, i): Shape[] => {
    const y = top + i * HEIGHT.windows;
    const x = xOf(lowHz);
    const noise = noiseDbfs === null ? '' : `, noise ${noiseDbfs.toFixed(0)} dBFS`;
    const words = `${((60 * packets) / Math.max(1, seconds)).toFixed(1)}/min${noise}`;
    return [
      { kind: 'box', x, y, width: xOf(highHz) - x, height: HEIGHT.windows - 4, fill: LINE },
      text(x + 6, y + 12, words, INK, 'start'),
    ];
  });
  const [x, end] = [xOf(best.centerHz - sampleRateHz / 2), xOf(best.centerHz + sampleRateHz / 2)];
  const height = windows.length * HEIGHT.windows;
  const frame: Shape = {
    kind: 'box',
    x,
    y: top - 4,
    width: end - x,
    height: height + 4,
    stroke: BEST,
    dashed: true,
  };
  return [
    ...heading('windows; the best one is framed', top),
    ...bars,
    ...(best.meters.length > 0 ? [frame] : []),
  ];
}

/** A row a meter, a mark a packet. */
function meterPanel(meters: SurveyReport['meters'], top: number, bottom: number): Shape[] {
  const paper: Shape = {
    kind: 'box',
    x: PLOT.left,
    y: top,
    width: PLOT.width,
    height: bottom - top,
    fill: PAPER,
  };
  const rows = meters.flatMap(({ id, carriers }, i): Shape[] => {
    const y = top + i * HEIGHT.meter;
    const places = [...new Set(carriers.map(xOf))];
    return [
      text(PLOT.left - 8, y + HEIGHT.meter - 1, String(id), INK, 'end'),
      ...places.map(
        (x): Shape => ({
          kind: 'box',
          x: x - 1,
          y: y + 3,
          width: 4,
          height: 7,
          fill: colourOf(TOP_DB * 0.8),
        }),
      ),
    ];
  });
  return [...heading('meters, and where they were heard', top), paper, ...rows];
}

function heading(words: string, top: number): Shape[] {
  return [text(PLOT.left, top - 10, words, INK, 'start')];
}

/** Three values at the left, and lines from them. */
function scale(top: number, height: number, most: number): Shape[] {
  return [0, 0.5, 1].flatMap((share): Shape[] => {
    const y = Math.round(top + height * (1 - share));
    const value = share * most;
    return [
      { kind: 'box', x: PLOT.left, y, width: PLOT.width, height: 1, fill: LINE },
      text(PLOT.left - 10, y + 4, value < 10 ? value.toFixed(1) : value.toFixed(0), INK, 'end'),
    ];
  });
}

function frequencyAxis(bottom: number): Shape[] {
  const ticks = ticksOf(BAND.lowHz / 1e6, BAND.highHz / 1e6, 1).flatMap(({ value, label }) => {
    const x = xOf(value * 1e6);
    return [tick(x, bottom, 1, 6), text(x, bottom + 20, label, INK, 'middle')];
  });
  return [...ticks, text(PLOT.left + PLOT.width / 2, bottom + 40, 'MHz', INK, 'middle')];
}
