/** Why a database, a broker, a server cannot be written to now, in words that go on after "…: ". */
export interface Trouble {
  readonly reason: string;
  readonly advice: string;
}

/** How long nothing more is said about a trouble that goes on, ms. */
const QUIET_MS = 60_000;

/** Says that something cannot be written to, at most once a minute, and when that is over. */
export class TroubleReport {
  readonly #say: {
    readonly trouble: (message: string) => void;
    readonly recovered: (message: string) => void;
  };
  readonly #now: () => number;
  #current: Trouble | null = null;
  #said = false;
  #saidMs = Number.NEGATIVE_INFINITY;

  constructor(
    say: { readonly trouble: (message: string) => void; readonly recovered: (message: string) => void },
    now: () => number,
  ) {
    this.#say = say;
    this.#now = now;
  }

  /** The trouble there is now. */
  get current(): Trouble | null {
    return this.#current;
  }

  /** @param consequence what becomes of the readings meanwhile, a clause */
  began(target: string, trouble: Trouble, consequence: string): void {
    this.#current = trouble;
    if (this.#now() - this.#saidMs < QUIET_MS) return;
    this.#said = true;
    this.#saidMs = this.#now();
    this.#say.trouble(`Cannot write to ${target}: ${sentence(trouble)}. ${consequence}`);
  }

  /** @param consequence what became of the readings, a clause */
  ended(target: string, consequence: string): void {
    if (this.#current === null) return;
    this.#current = null;
    if (this.#said) this.#say.recovered(`${target} can be written again. ${consequence}`);
    this.#said = false;
  }
}

/** Reason and advice as one clause. */
export function sentence({ reason, advice }: Trouble): string {
  return advice === '' ? reason : `${reason}; ${advice}`;
}
