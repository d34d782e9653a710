const SYNDROMES = 1 << 16;

/**
 * All triples of the bits of a word, by what flipping all three does to the syndrome. With it, the patterns of four flips
 * that explain a syndrome are found by trying each bit for the fourth: a look-up for each bit instead of one for each pair.
 * Costs memory, 4 bytes a triple and 256 kB, and so it is only made once for a code and when it is first needed.
 */
export class TripleTable {
  /** The triples of each syndrome behind those of the one before it: `bits[from[s] … from[s+1]−1]`. */
  readonly from = new Uint32Array(SYNDROMES + 1);
  /** a + 2⁸·b + 2¹⁶·c, a < b < c; of one syndrome, a ascends. */
  readonly bits: Uint32Array;

  /** @param syndromeOf what each bit does to the syndrome, uint16 [n]; at most 255 bits */
  constructor(syndromeOf: Uint16Array) {
    const n = syndromeOf.length;
    const from = this.from;
    this.bits = new Uint32Array((n * (n - 1) * (n - 2)) / 6);
    eachTriple(n, (a, b, c) => {
      from[syndromeOf[a] ^ syndromeOf[b] ^ syndromeOf[c]]++;
    });
    for (let syndrome = 1; syndrome <= SYNDROMES; syndrome++) from[syndrome] += from[syndrome - 1];
    // From the last place of each syndrome to its first.
    eachTriple(n, (a, b, c) => {
      this.bits[--from[syndromeOf[a] ^ syndromeOf[b] ^ syndromeOf[c]]] = a | (b << 8) | (c << 16);
    });
  }
}

/** The last triple first. */
function eachTriple(n: number, take: (a: number, b: number, c: number) => void): void {
  for (let a = n - 3; a >= 0; a--)
    for (let b = a + 1; b < n - 1; b++) for (let c = b + 1; c < n; c++) take(a, b, c);
}
