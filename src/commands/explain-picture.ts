import { writeFile } from 'node:fs/promises';
import { Fault, systemErrorCode } from '../errors.js';
import { startOf } from '../explain/finding.js';
import type { Findings } from '../explain/findings.js';
import { PLOT, pictureOf } from '../picture/picture.js';
import { encodePng } from '../picture/png.js';
import { rasterOf } from '../picture/raster.js';
import { svgOf } from '../picture/svg.js';
import { Waterfall } from '../picture/waterfall.js';
import type { FileSource } from '../sources/file.js';
import type { Tuning } from '../sources/source.js';
import type { CommandContext } from './context.js';

/** What of a recording is drawn, and where to. */
export interface PictureOptions {
  readonly picture?: string;
  readonly from?: number;
  readonly seconds: number;
}

/** Air shown before the first finding where the beginning is not given, s. */
const LEAD_S = 0.02;

/** @throws Fault `USAGE` where no picture can be drawn, before any work is done */
export function checkPicture({ picture }: PictureOptions, files: readonly string[]): void {
  if (picture === undefined) return;
  if (!/\.(svg|png)$/i.test(picture)) {
    throw new Fault('USAGE', `A picture is an .svg or a .png file, and "${picture}" is neither.`);
  }
  if (files.length > 1) throw new Fault('USAGE', 'A picture shows one recording: name one file.');
  if (files[0] === '-') {
    throw new Fault('USAGE', 'A picture is drawn in a second pass, which standard input does not have.');
  }
}

/**
 * Draws a recording with what was found in it.
 * @param again the recording once more, not yet opened
 */
export async function drawPicture(
  again: FileSource,
  findings: Findings,
  samplesInAll: number,
  options: PictureOptions,
  { signal, stderr }: CommandContext,
): Promise<void> {
  const tuning = await again.open();
  const list = findings.list();
  const { sampleRateHz, centerHz } = tuning;
  const section = sectionOf(tuning, samplesInAll, list.length > 0 ? startOf(list[0]) : 0, options);
  const waterfall = new Waterfall({ ...section, sampleRateHz, columns: PLOT.width, rows: PLOT.height });
  for await (const block of again.blocks(signal)) {
    waterfall.add(block);
    if (waterfall.complete) break;
  }
  await again.close();
  const [from, to] = [section.firstSample, section.firstSample + section.samples].map((sample) =>
    (sample / sampleRateHz).toFixed(3),
  );
  const shown = `${from} to ${to} s of ${(samplesInAll / sampleRateHz).toFixed(3)} s`;
  const title = `${again.id}: ${shown}`;
  const drawing = pictureOf({ ...section, title, sampleRateHz, centerHz, levels: waterfall.levels() }, list);
  const path = options.picture ?? '';
  const file = /\.png$/i.test(path) ? encodePng(rasterOf(drawing)) : svgOf(drawing);
  await writeFile(path, file).catch((cause: unknown) => {
    throw new Fault('IO', `${path} cannot be written: ${systemErrorCode(cause) ?? String(cause)}.`, {
      cause,
    });
  });
  stderr.write(`ertd: ${path} shows ${shown} (--from and --seconds choose).\n`);
}

function sectionOf(
  { sampleRateHz }: Tuning,
  samplesInAll: number,
  firstFound: number,
  { from, seconds }: PictureOptions,
): { firstSample: number; samples: number } {
  const wished = Math.round(seconds * sampleRateHz);
  const latest = Math.max(0, samplesInAll - wished);
  const first =
    from === undefined
      ? Math.min(latest, Math.max(0, firstFound - LEAD_S * sampleRateHz))
      : Math.min(Math.max(0, samplesInAll - 1), from * sampleRateHz);
  const firstSample = Math.floor(first);
  return { firstSample, samples: Math.max(1, Math.min(wished, samplesInAll - firstSample)) };
}
