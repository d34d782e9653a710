/**
 * A check of a packet that is linear in its symbols, as BCH codes and CRCs are: each symbol that is 1 contributes some
 * bits, and the exclusive or of all contributions is known. Plain data, so that it can be handed to a thread.
 */
export interface LinearCheck {
  /** uint16, one for each symbol of the packet. */
  readonly contributions: Uint16Array;
  readonly sum: number;
}

/** @param syndrome of a word of `length` symbols, at most 16 bits: 0 where its check agrees */
export function linearCheck(length: number, syndrome: (symbols: Uint8Array) => number): LinearCheck {
  const symbols = new Uint8Array(length);
  const sum = syndrome(symbols);
  const contributions = Uint16Array.from(symbols, (_, i) => {
    symbols.fill(0)[i] = 1;
    return syndrome(symbols) ^ sum;
  });
  return { contributions, sum };
}
