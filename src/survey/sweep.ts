import type { ListeningPlan } from '../receiver/roaming-source.js';

/** About how long a window is listened to at a time, s. */
const TURN_SECONDS = 20;

/** Goes through windows from the lowest to the highest, again and again, evenly. */
export class Sweep implements ListeningPlan {
  readonly #centers: readonly number[];
  readonly #turnSeconds: number;
  readonly #onTurn: (centerHz: number, seconds: number, isLast: boolean) => void;
  readonly #turnsInAll: number;
  #turns = 0;

  /**
   * @param seconds that is to be listened in all
   * @param onTurn is told when a window was listened to, for how long, and whether that was all
   */
  constructor(
    centers: readonly number[],
    seconds: number,
    onTurn: (centerHz: number, seconds: number, isLast: boolean) => void,
  ) {
    const rounds = Math.max(1, Math.round(seconds / centers.length / TURN_SECONDS));
    this.#centers = centers;
    this.#turnsInAll = rounds * centers.length;
    this.#turnSeconds = seconds / this.#turnsInAll;
    this.#onTurn = onTurn;
  }

  next(): { readonly centerHz: number; readonly seconds: number } {
    const centerHz = this.#centers[this.#turns % this.#centers.length];
    this.#turns += 1;
    return { centerHz, seconds: this.#turnSeconds };
  }

  listened(seconds: number): void {
    const centerHz = this.#centers[(this.#turns - 1) % this.#centers.length];
    this.#onTurn(centerHz, seconds, this.#turns >= this.#turnsInAll);
  }
}
