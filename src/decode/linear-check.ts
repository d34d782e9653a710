import type { LinearCheck } from '../dsp/linear-check.js';

/**
 * A check as what each symbol contributes to it.
 * @param length   symbols of a packet
 * @param syndrome of a word of so many symbols, at most 16 bits: 0 where its check agrees
 */
export function linearCheck(length: number, syndrome: (symbols: Uint8Array) => number): LinearCheck {
  const symbols = new Uint8Array(length);
  const sum = syndrome(symbols);
  const contributions = Uint16Array.from(symbols, (_, i) => {
    symbols.fill(0)[i] = 1;
    return syndrome(symbols) ^ sum;
  });
  return { contributions, sum };
}
