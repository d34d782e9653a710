import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** Between two lines of progress, ms. */
const PROGRESS_MS = 10_000;

/** Figures of the pieces done so far, a line of JSON each: what was interrupted goes on where it was. */
export function readFigures<Figures>(file: string): Figures[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
}

export function addFigures(file: string, figures: object): void {
  appendFileSync(file, `${JSON.stringify(figures)}\n`);
}

/**
 * Tells now and then how far it is, at what speed, and when it will be over.
 * @param speedOf words for so many pieces a second
 */
export function progressOf(pieces: number, speedOf: (piecesPerSecond: number) => string): () => void {
  const began = performance.now();
  let told = began;
  let done = 0;
  return () => {
    done++;
    const now = performance.now();
    if (now - told < PROGRESS_MS && done < pieces) return;
    told = now;
    const seconds = (now - began) / 1000;
    const left = ((pieces - done) * seconds) / done / 60;
    console.error(`${done} of ${pieces} pieces, ${speedOf(done / seconds)}, ${left.toFixed(1)} min left`);
  };
}
