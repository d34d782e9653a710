import { type ChipLoops, PICKED_ROWS, PICKED_STRIDE } from './chip-loops.js';
import { chipsToEnd, type Spectrogram } from './filterbank.js';
import { FRAMES_PER_CHIP } from './geometry.js';

/**
 * Copies the chips of a packet in some neighbouring bins, side by side: in the spectrogram they lie so far apart that it is
 * worth the while for what is looked at more than once.
 * @param lowest      first of the bins, of which there are PICKED_ROWS; the band is a circle
 * @param firstColumn column of chip 0
 */
export function pickChips(
  spectrogram: Spectrogram,
  lowest: number,
  firstColumn: number,
  chips: number,
  loops: ChipLoops,
): void {
  const { rows, stride, ring } = spectrogram;
  const bins = rows.length / stride;
  const straight = Math.min(chips, chipsToEnd(spectrogram, firstColumn));
  const second = firstColumn + straight * FRAMES_PER_CHIP - (ring?.length ?? 0);
  for (let i = 0; i < PICKED_ROWS; i++) {
    const row = ((lowest + i + bins) % bins) * stride;
    const to = i * PICKED_STRIDE;
    loops.pick(rows, row + firstColumn, straight, to);
    if (straight < chips) loops.pick(rows, row + second, chips - straight, to + straight);
  }
}
