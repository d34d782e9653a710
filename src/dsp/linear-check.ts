/**
 * A check of a packet that is linear in its symbols, as BCH codes and CRCs are: each symbol that is 1 contributes some
 * bits, and the exclusive or of all contributions is known. Plain data, so that it can be handed to a thread.
 */
export interface LinearCheck {
  /** uint16, one for each symbol of the packet. */
  readonly contributions: Uint16Array;
  readonly sum: number;
}
