import { type Finding, isFailedPacket, packetOf } from '../explain/finding.js';
import { text, tick, ticksOf } from './axes.js';
import { type Colour, colourOf, paint, TOP_DB } from './colours.js';
import { CHARACTER, type Drawing, type Shape } from './drawing.js';

/** The piece of a stream that is drawn. */
export interface View {
  readonly title: string;
  readonly sampleRateHz: number;
  readonly centerHz: number;
  readonly firstSample: number;
  readonly samples: number;
  /** dB over the noise; float32 [PLOT.height][PLOT.width], highest frequency first. */
  readonly levels: Float32Array;
}

/** Pixels of the waterfall itself. */
export const PLOT = { width: 1400, height: 640 };
const MARGIN = { left: 84, right: 110, top: 64, bottom: 52 };
const BACKGROUND: Colour = [255, 255, 255];
const INK: Colour = [40, 40, 48];
const PAPER: Colour = [10, 12, 28];
/** Smallest mark, pixels. */
const LEAST = { width: 6, height: 14 };
/** Distance of two ticks at least, pixels. */
const TICK = { time: 110, frequency: 50 };

/** How each outcome is marked. */
const MARKS = {
  packet: { colour: [90, 255, 120], dashed: false, name: 'packet, with the number of its meter' },
  refused: { colour: [255, 120, 90], dashed: true, name: 'like a packet, refused' },
  foreign: { colour: [255, 130, 255], dashed: true, name: 'no ERT packet' },
} as const satisfies Record<string, { colour: Colour; dashed: boolean; name: string }>;

interface Mark {
  readonly style: (typeof MARKS)[keyof typeof MARKS];
  readonly label: string;
  readonly firstSample: number;
  readonly lengthSamples: number;
  readonly carrierHz: number;
  readonly bandwidthHz: number;
}

/** A waterfall, time to the right and frequency upwards, with what was found marked in it. */
export function pictureOf(view: View, findings: readonly Finding[]): Drawing {
  const marks = findings.flatMap((finding) => markOf(finding) ?? []).filter((mark) => isInside(mark, view));
  return {
    width: MARGIN.left + PLOT.width + MARGIN.right,
    height: MARGIN.top + PLOT.height + MARGIN.bottom,
    background: BACKGROUND,
    shapes: [
      text(MARGIN.left, 22, view.title, INK, 'start'),
      ...legend(),
      { kind: 'image', x: MARGIN.left, y: MARGIN.top, pixels: paint(view.levels, PLOT.width, PLOT.height) },
      ...timeAxis(view),
      ...frequencyAxis(view),
      ...levelScale(),
      ...marked(marks, view),
    ],
  };
}

function markOf(finding: Finding): Mark | null {
  if (finding.kind === 'foreign') {
    const { class: looks, ...place } = finding.activity;
    return looks === 'splatter' ? null : { ...place, style: MARKS.foreign, label: looks };
  }
  if (finding.became !== 'burst') return null;
  const { burst, verdict } = finding.judged;
  const packet = packetOf(finding);
  if (packet !== null) return { ...burst, style: MARKS.packet, label: String(packet.meterId) };
  if (!isFailedPacket(finding) || verdict.became !== 'refused') return null;
  return { ...burst, style: MARKS.refused, label: verdict.why };
}

function isInside({ firstSample, lengthSamples }: Mark, view: View): boolean {
  return firstSample + lengthSamples > view.firstSample && firstSample < view.firstSample + view.samples;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function boxOf(mark: Mark, view: View): Box {
  const perSample = PLOT.width / view.samples;
  const perHz = PLOT.height / view.sampleRateHz;
  const left = Math.max(0, (mark.firstSample - view.firstSample) * perSample);
  const right = Math.min(PLOT.width, (mark.firstSample + mark.lengthSamples - view.firstSample) * perSample);
  const width = Math.max(LEAST.width, right - left);
  const height = Math.max(LEAST.height, Math.min(PLOT.height, mark.bandwidthHz * perHz + 6));
  const middle = PLOT.height / 2 - mark.carrierHz * perHz;
  const top = Math.max(0, Math.min(PLOT.height - height, middle - height / 2));
  return {
    x: Math.round(MARGIN.left + left),
    y: Math.round(MARGIN.top + top),
    width: Math.round(width),
    height: Math.round(height),
  };
}

/** The marks, and as many of their labels as find room. */
function marked(marks: readonly Mark[], view: View): Shape[] {
  const boxes = marks.map((mark) => boxOf(mark, view));
  const taken: Box[] = [];
  const labels: Shape[] = [];
  marks.forEach(({ label, style }, i) => {
    const place = placesFor(label, boxes[i]).find(
      (one) => isInPlot(one) && ![...taken, ...boxes].some((other) => overlap(one, other)),
    );
    if (place === undefined) return;
    taken.push(place);
    labels.push(
      { kind: 'box', ...place, fill: PAPER },
      text(place.x + 2, place.y + CHARACTER.height - 1, label, style.colour, 'start'),
    );
  });
  const frames = marks.map(({ style }, i): Shape => {
    return { kind: 'box', ...boxes[i], stroke: style.colour, dashed: style.dashed };
  });
  return [...labels, ...frames];
}

/** Where a label could stand: above, below, right, left of its box. */
function placesFor(label: string, { x, y, width, height }: Box): Box[] {
  const size = { width: label.length * CHARACTER.width + 4, height: CHARACTER.height + 2 };
  const middle = Math.round(y + height / 2 - size.height / 2);
  return [
    { x, y: y - size.height - 2, ...size },
    { x, y: y + height + 2, ...size },
    { x: x + width + 3, y: middle, ...size },
    { x: x - size.width - 3, y: middle, ...size },
    { x: x + width - size.width, y: y - size.height - 2, ...size },
    { x: x + width - size.width, y: y + height + 2, ...size },
  ];
}

function isInPlot({ x, y, width, height }: Box): boolean {
  return (
    x >= MARGIN.left &&
    y >= MARGIN.top &&
    x + width <= MARGIN.left + PLOT.width &&
    y + height <= MARGIN.top + PLOT.height
  );
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function timeAxis({ firstSample, samples, sampleRateHz }: View): Shape[] {
  const perMs = PLOT.width / ((1000 * samples) / sampleRateHz);
  const fromMs = (1000 * firstSample) / sampleRateHz;
  const bottom = MARGIN.top + PLOT.height;
  const ticks = ticksOf(fromMs, fromMs + PLOT.width / perMs, TICK.time / perMs).flatMap(
    ({ value, label }) => {
      const x = Math.round(MARGIN.left + (value - fromMs) * perMs);
      return [tick(x, bottom, 1, 6), text(x, bottom + 20, label, INK, 'middle')];
    },
  );
  return [...ticks, text(MARGIN.left + PLOT.width / 2, bottom + 40, 'time, ms', INK, 'middle')];
}

function frequencyAxis({ centerHz, sampleRateHz }: View): Shape[] {
  const perMhz = PLOT.height / (sampleRateHz / 1e6);
  const low = (centerHz - sampleRateHz / 2) / 1e6;
  const bottom = MARGIN.top + PLOT.height;
  const ticks = ticksOf(low, low + sampleRateHz / 1e6, TICK.frequency / perMhz).flatMap(
    ({ value, label }) => {
      const y = Math.round(bottom - (value - low) * perMhz);
      return [tick(MARGIN.left - 6, y, 6, 1), text(MARGIN.left - 10, y + 4, label, INK, 'end')];
    },
  );
  return [...ticks, text(MARGIN.left - 10, MARGIN.top - 12, 'MHz', INK, 'end')];
}

/** The colours of the levels, right of the plot. */
function levelScale(): Shape[] {
  const x = MARGIN.left + PLOT.width + 24;
  const steps = 80;
  const height = PLOT.height / 2 / steps;
  const bottom = MARGIN.top + PLOT.height / 2;
  const shapes: Shape[] = Array.from({ length: steps }, (_, i) => {
    const fill = colourOf((TOP_DB * (i + 0.5)) / steps);
    return { kind: 'box', x, y: bottom - (i + 1) * height, width: 16, height, fill };
  });
  for (let db = 0; db <= TOP_DB; db += 10) {
    const label = db === TOP_DB ? `${db} dB` : String(db);
    shapes.push(text(x + 24, bottom - (db / TOP_DB) * (PLOT.height / 2) + 4, label, INK, 'start'));
  }
  return [...shapes, text(x, bottom + 20, 'over', INK, 'start'), text(x, bottom + 36, 'noise', INK, 'start')];
}

function legend(): Shape[] {
  let x = MARGIN.left;
  return Object.values(MARKS).flatMap(({ colour, dashed, name }): Shape[] => {
    const at = x;
    x += 30 + (name.length + 3) * CHARACTER.width;
    return [
      { kind: 'box', x: at, y: 36, width: 22, height: 14, fill: PAPER, stroke: colour, dashed },
      text(at + 30, 48, name, INK, 'start'),
    ];
  });
}
