/** Where a stream's radio listened: it may have moved on while samples that came before are still being searched. */
export class StreamCenter {
  #known: { readonly fromSample: number; readonly centerHz: number }[];

  constructor(centerHz: number) {
    this.#known = [{ fromSample: 0, centerHz }];
  }

  /** From a sample on it listens elsewhere. */
  moved(fromSample: number, centerHz: number): void {
    this.#known.push({ fromSample, centerHz });
  }

  /** The centre when a sample was taken, Hz; samples are asked for in order. */
  of(sample: number): number {
    while (this.#known.length > 1 && this.#known[1].fromSample <= sample) this.#known.shift();
    return this.#known[0].centerHz;
  }
}
