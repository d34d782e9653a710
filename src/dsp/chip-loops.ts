/** Chips of a packet that are looked at, at most. */
export const MOST_CHIPS = 256;
/** Rows of which chips are picked at most, and from one of them to the next: a vector may reach past the end. */
export const PICKED_ROWS = 11;
export const PICKED_STRIDE = MOST_CHIPS + 4;
/** Rows that may be summed, and the most of them. */
export const NESTED_WIDTHS = [1, 2, 4, 8] as const;
export const WIDEST = 8;
/** Symbols that are looked at together: their number is a multiple of it. */
export const TOGETHER = 4;

/** What the chips of a packet come to: of a symbol's two, what both hold, and how far they are apart. */
export interface Eyes {
  /** Of the sync word: what its chips hold, and how much more its on-chips do than its off-chips. */
  syncEnergy: number;
  matched: number;
  /** Of its last symbols: how much more the on-chips hold, and the stronger ones. */
  lastMatched: number;
  lastApart: number;
  /** Of the symbols behind it: what their chips hold, and how much more the stronger ones. */
  energy: number;
  apart: number;
}

/** What the chips of symbols hold. */
export interface Spread {
  /** All of them. */
  energy: number;
  /** The stronger ones more than the weaker ones. */
  apart: number;
  /** Of the stronger ones the weakest. */
  weakestOn: number;
  /** Of the weaker ones the loudest. */
  loudestOff: number;
}

/** The loops that look at the chips of a packet, which are four columns apart in a row of the spectrogram. */
export interface ChipLoops {
  /**
   * Powers of chips, each summed over some rows, to {@link gathered}. What lies behind them means nothing then.
   * @param places index in `rows` of the first of them, for each row
   * @param width  how many rows: the first `width` of `places`; one of {@link NESTED_WIDTHS}
   * @param from   which chip is the first: those before it stay as they were gathered last
   * @param to     behind the last of them; at most {@link MOST_CHIPS}
   */
  gather(rows: Float32Array, places: Int32Array, width: number, from: number, to: number): void;
  /** float32 [MOST_CHIPS] */
  readonly gathered: Float32Array;
  /** Takes the sync word that packets begin with from now on, +1 or −1 a symbol, and how many of its symbols are its last ones. */
  know(signs: Float64Array, last: number): void;
  /** What the chips gathered come to: the same object each time. @param symbols of the packet, a multiple of four */
  eyes(symbols: number): Eyes;
  /**
   * Copies chips of a row to {@link picked}. What lies behind them means nothing then.
   * @param place of the first one
   * @param to    where it goes
   */
  pick(rows: Float32Array, place: number, chips: number, to: number): void;
  /** float32 [PICKED_ROWS][PICKED_STRIDE] */
  readonly picked: Float32Array;
  /**
   * Looks at the first symbols of each row picked, of which `signs` are known: what their chips hold to {@link energies}, and
   * how much more their on-chips do to {@link openings}.
   * @param signs +1 or −1
   */
  open(signs: Float64Array): void;
  /** float32 [PICKED_ROWS]; as many chips count as make a multiple of four symbols. */
  readonly energies: Float32Array;
  readonly openings: Float32Array;
  /**
   * Sums picked rows, chip by chip: so many of the first ones as each of {@link NESTED_WIDTHS} says, into {@link nested}.
   * @param rows which ones, int32 [WIDEST]
   */
  nest(rows: Int32Array, chips: number): void;
  /** float32 [widths][MOST_CHIPS] */
  readonly nested: readonly Float32Array[];
  /** What symbols contribute to a check; int32 [MOST_CHIPS / 2]. Behind the last one there must be zeros. */
  readonly contributions: Int32Array;
  /**
   * Exclusive or of the contributions of the symbols whose first chip is the stronger one. What else there is to say of
   * their chips goes to {@link spread}.
   * @param width   index of the nested sums
   * @param symbols a multiple of four
   */
  remainder(width: number, symbols: number): number;
  readonly spread: Spread;
}
