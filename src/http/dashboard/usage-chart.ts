import uPlot from 'uplot';
import type { Interval } from './api.js';

export interface ChartOptions {
  /** What a screen reader says of the picture. */
  readonly label: string;
  readonly unit: string;
  /** From a value as the interface gives it to what is shown. */
  readonly shown: (value: number) => number;
  /** The same stretch of time before, drawn as a line; none where absent. */
  readonly before?: readonly Interval[] | undefined;
  /** When something happened, ms since 1970: marked on the time line. */
  readonly marks?: readonly number[];
}

const HEIGHT = 260;

/** Where there is nothing to draw. */
function amountOf({ value, counts }: Interval): number | null {
  return value === null ? counts : Number(value);
}

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/**
 * Bars of what was used: solid where it was measured, pale where it is shared out over a gap, and nothing where it is not
 * known.
 * @returns what takes it away
 */
export function usageChart(
  element: HTMLElement,
  intervals: readonly Interval[],
  options: ChartOptions,
): () => void {
  const of = (quality: Interval['quality']): (number | null)[] =>
    intervals.map((one) => {
      const value = one.quality === quality ? amountOf(one) : null;
      return value === null ? null : options.shown(value);
    });
  const before = intervals.map((_, index) => {
    const other = options.before?.[index];
    const value = other === undefined ? null : amountOf(other);
    return value === null ? null : options.shown(value);
  });
  const times = intervals.map(({ startMs, endMs }) => (startMs + endMs) / 2000);
  const bars = uPlot.paths.bars!({ size: [0.8, 40] });
  const axis = {
    stroke: colour('--text'),
    grid: { stroke: colour('--line') },
    ticks: { stroke: colour('--line') },
  };
  const chart = new uPlot(
    {
      ...{ width: widthOf(element), height: HEIGHT, legend: { show: true, live: true } },
      scales: {
        x: { time: true },
        y: { range: (_chart, least, most) => [Math.min(0, least ?? 0), most ?? 1] },
      },
      hooks: { draw: [(chart) => drawMarks(chart, options.marks ?? [])] },
      axes: [axis, { ...axis, label: options.unit, size: 64 }],
      series: [
        {},
        {
          label: 'measured',
          fill: colour('--measured'),
          stroke: colour('--measured'),
          paths: bars,
          points: { show: false },
        },
        {
          label: 'interpolated',
          fill: colour('--guessed'),
          stroke: colour('--guessed'),
          paths: bars,
          points: { show: false },
        },
        ...(options.before === undefined ? [] : [lineBefore()]),
      ],
    },
    [times, of('measured'), of('interpolated'), ...(options.before === undefined ? [] : [before])],
    element,
  );
  chart.root.setAttribute('role', 'img');
  chart.root.setAttribute('aria-label', options.label);
  const resized = new ResizeObserver(() => chart.setSize({ width: widthOf(element), height: HEIGHT }));
  resized.observe(element);
  return () => {
    resized.disconnect();
    chart.destroy();
  };
}

/** A line from top to bottom for each moment. */
function drawMarks({ ctx, bbox, valToPos }: uPlot, marks: readonly number[]): void {
  ctx.fillStyle = colour('--alarm');
  for (const timeMs of marks) {
    const x = Math.round(valToPos(timeMs / 1000, 'x', true));
    if (x >= bbox.left && x <= bbox.left + bbox.width)
      ctx.fillRect(x, bbox.top, devicePixelRatio, bbox.height);
  }
}

function lineBefore(): uPlot.Series {
  return { label: 'the time before', stroke: colour('--before'), width: 2, points: { show: false } };
}

function widthOf(element: HTMLElement): number {
  return Math.max(280, element.clientWidth);
}
