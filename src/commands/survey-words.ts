import type { CrystalError } from '../daemon/crystal.js';
import { formatHertz } from '../quantity.js';
import type { Roaming } from '../receiver/roaming-source.js';
import type { Tuning } from '../sources/source.js';
import type { ChannelReport, MeterReport, SurveyReport, WindowReport } from '../survey/report.js';

/** The radio that was surveyed with, as it was set in the end. */
export interface SurveyedRadio extends Omit<Tuning, 'centerHz'> {
  readonly source: string;
  readonly crystal: CrystalError | null;
  readonly roaming: Omit<Roaming, 'centerHz'>;
}

/** Standard errors from which a difference is one. */
const SURE_ERRORS = 2;
/** Meters that are listed as text. */
const LISTED_METERS = 30;
/** Kinds of other signals that are named for each window. */
const LISTED_LOOKS = 3;
/** A window that hears less than this share of what the best of all windows would is not to stay at. */
const FIXED_SHARE = 0.9;

const mhz = (hz: number, digits = 3): string => (hz / 1e6).toFixed(digits);
const percent = (share: number, digits = 0): string => `${(100 * share).toFixed(digits)} %`;

/** What a survey found, for people. */
export function surveyText(report: SurveyReport, radio: SurveyedRadio): string {
  return [
    `Windows, ${formatHertz(report.sampleRateHz)} wide, listened to for ${report.seconds.toFixed(0)} s in all:`,
    ...rows(
      ['MHz', 'seconds', 'packets', 'a minute', 'meters', 'noise dBFS', 'clipped', 'other signals'],
      report.windows.map(windowRow),
    ),
    '',
    'Channels of the ERT plan with packets or other signals:',
    ...rows(
      ['number', 'MHz', 'packets', 'a minute', 'in use'],
      report.channels.filter(({ packets, busyShare }) => packets > 0 || busyShare > 0).map(channelRow),
    ),
    '',
    ...carrierLines(report),
    ...meterLines(report),
    '',
    ...adviceLines(report, radio),
    '',
  ].join('\n');
}

function windowRow({
  centerHz,
  seconds,
  packets,
  meters,
  noiseDbfs,
  clippedShare,
  foreign,
}: WindowReport): string[] {
  const others = Object.entries(foreign).sort(([, one], [, other]) => other - one);
  return [
    mhz(centerHz),
    seconds.toFixed(0),
    String(packets),
    ((60 * packets) / Math.max(1, seconds)).toFixed(1),
    String(meters),
    noiseDbfs?.toFixed(1) ?? '-',
    percent(clippedShare, 2),
    others
      .slice(0, LISTED_LOOKS)
      .map(([look, count]) => `${count} ${look}`)
      .join(', ') || 'none',
  ];
}

function channelRow({ index, carrierHz, packets, packetsPerMinute, busyShare }: ChannelReport): string[] {
  return [String(index), mhz(carrierHz), String(packets), packetsPerMinute.toFixed(1), percent(busyShare)];
}

function carrierLines({ carriers }: SurveyReport): string[] {
  if (carriers.length === 0) return ['No carrier stands in the band.', ''];
  const list = carriers.map(({ hz, overNoiseDb }) => `${mhz(hz, 2)} MHz (${overNoiseDb.toFixed(0)} dB)`);
  return [`Carriers that stand, dB over the noise: ${list.join(', ')}`, ''];
}

function meterLines({ meters }: SurveyReport): string[] {
  if (meters.length === 0)
    return ['No meter was heard: see whether the antenna is connected, and listen for longer (--for).'];
  const more = meters.length - LISTED_METERS;
  return [
    'Meters, and the window that hears each best:',
    ...rows(
      ['ID', 'protocol', 'type', 'packets', 'SNR dB', 'best at MHz', 'packets/h'],
      meters.slice(0, LISTED_METERS).map(meterRow),
    ),
    ...(more > 0 ? [`…and ${more} more`] : []),
  ];
}

function meterRow(meter: MeterReport): string[] {
  const { id, protocol, type, packets, strongestSnrDb, bestCenterHz, packetsPerHour } = meter;
  return [
    ...[String(id), protocol, String(type), String(packets), strongestSnrDb.toFixed(1)],
    ...[mhz(bestCenterHz), packetsPerHour.toFixed(0)],
  ];
}

function adviceLines(report: SurveyReport, radio: SurveyedRadio): string[] {
  const { gainDb } = radio;
  const listen = listenOf(report);
  const why = listen === 'auto' ? 'one window hears too little of them' : 'one window hears them';
  return [
    windowLine(report),
    `Listening: ${listen}, since ${why}.`,
    `Gain: ${typeof gainDb === 'number' ? `${gainDb.toFixed(1)} dB` : gainDb}.`,
    crystalLine(radio),
    movesLine(report, radio),
  ];
}

function windowLine({ best, wanted }: SurveyReport): string {
  const { centerHz, packetsPerHour, meters, missing } = best;
  if (meters.length === 0) return 'Best window: not known, none of the meters was heard.';
  const whose = wanted.length === 0 ? 'all meters' : `the meters chosen (${wanted.length})`;
  const rate = packetsPerHour.toFixed(packetsPerHour < 10 ? 1 : 0);
  const others = missing.length === 0 ? '' : `, not ${missing.join(', ')}`;
  return `Best window for ${whose}: ${mhz(centerHz)} MHz, about ${rate} packets an hour from ${meters.length}${others}.`;
}

function crystalLine({ crystal, ppm }: SurveyedRadio): string {
  if (crystal === null) return 'Crystal: not known, it takes a few meters heard on several channels each.';
  const off = `${crystal.ppm.toFixed(1)} ± ${crystal.errorPpm.toFixed(1)} ppm`;
  return `Crystal: ${off} off by the carriers of ${crystal.meters} meters; ${ppm} ppm are set.`;
}

function movesLine({ sampleRateHz }: SurveyReport, { roaming }: SurveyedRadio): string {
  const { moves, blankedSamples, delayMs } = roaming;
  const delay = delayMs === null ? 'a delay that could not be measured' : `${delayMs.toFixed(0)} ms of delay`;
  const eachMs = (1000 * blankedSamples) / sampleRateHz / Math.max(1, moves);
  return `Moves: ${moves}, after each ${eachMs.toFixed(0)} ms thrown away for ${delay} and settling.`;
}

/** Whether one window is enough. */
function listenOf({ best, meters, wanted }: SurveyReport): 'fixed' | 'auto' {
  const counted = meters.filter(({ id }) => wanted.length === 0 || wanted.includes(id));
  const most = counted.reduce((sum, { packetsPerHour }) => sum + packetsPerHour, 0);
  const isEnough = best.meters.length === (wanted.length || counted.length) && best.meters.length > 0;
  return isEnough && best.packetsPerHour >= FIXED_SHARE * most ? 'fixed' : 'auto';
}

/** What a survey found, for programs: an object a line, told apart by `kind`. */
export function surveyRecords(
  report: SurveyReport,
  radio: SurveyedRadio,
): Readonly<Record<string, unknown>>[] {
  const { seconds, packets, windows, channels, carriers, meters, best, wanted } = report;
  return [
    { kind: 'survey', seconds, packets, ...radio, wanted },
    ...windows.map((window) => ({ kind: 'window', ...window })),
    ...channels.map((channel) => ({ kind: 'channel', ...channel })),
    ...carriers.map((carrier) => ({ kind: 'carrier', ...carrier })),
    ...meters.map(({ carriers: _carriers, ...meter }) => ({ kind: 'meter', ...meter })),
    { kind: 'best', ...best, listen: listenOf(report) },
  ];
}

/** A configuration file for what was found. */
export function surveyConfig(report: SurveyReport, radio: SurveyedRadio): string {
  const { best, wanted } = report;
  const { source, sampleRateHz, gainDb } = radio;
  const isKnown = best.meters.length > 0;
  return [
    `# What ertd survey found in ${report.seconds.toFixed(0)} s: ${report.packets} packets from ${report.meters.length} meters.`,
    '[receiver]',
    `source = ${JSON.stringify(source)}`,
    ...(isKnown ? [`centerHz = ${best.centerHz}`] : []),
    `sampleRateHz = ${sampleRateHz}`,
    `listen = "${listenOf(report)}"`,
    ...(wanted.length > 0 ? [`listenFor = [${wanted.join(', ')}]`] : []),
    `gainDb = ${typeof gainDb === 'number' ? gainDb : `"${gainDb}"`}`,
    `ppm = ${correctionOf(radio)}`,
    '',
  ].join('\n');
}

/** What is set, unless what was measured is surely something else. */
function correctionOf({ ppm, crystal }: SurveyedRadio): number {
  const isOff = crystal !== null && Math.abs(crystal.ppm - ppm) > SURE_ERRORS * crystal.errorPpm;
  return Math.round(isOff ? crystal.ppm : ppm);
}

/** Columns as wide as what is in them, to the right; the last of words to the left. */
function rows(head: readonly string[], body: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, i) => Math.max(title.length, ...body.map((row) => row[i].length)));
  const isWords = (i: number): boolean => i === head.length - 1 && body.some((row) => row[i].includes(' '));
  return [head, ...body].map((row) =>
    `  ${row.map((cell, i) => (isWords(i) ? cell : cell.padStart(widths[i]))).join('  ')}`.trimEnd(),
  );
}
