/**
 * The check of SCM+, IDM and NetIDM: CRC-16 with the CCITT polynomial x¹⁶+x¹²+x⁵+1, register preset to ones,
 * inverted when sent (known as CRC-16/GENIBUS).
 *
 * The polynomial is (x+1) times one of degree 15, so a word of any length up to 32 767 bits has
 *
 * - an even number of ones in common with every other: an odd number of wrong bits is always noticed, and
 * - distance 4: two wrong bits are noticed too. One can be corrected; of two it is told that there are some.
 *
 * A register that has taken up a word and its check ends at the residue 0x1D0F whatever the word.
 * Source: rtlamr `crc`, rtl_433 `ert_idm.c`.
 */
const POLYNOMIAL = 0x1021;
const PRESET = 0xffff;
const INVERTED = 0xffff;
const RESIDUE = 0x1d0f;

/** The register shifted on by one bit, times x modulo the polynomial. */
function shifted(register: number): number {
  return register & 0x8000 ? ((register << 1) ^ POLYNOMIAL) & 0xffff : register << 1;
}

/** The register after it has taken up bits `from … to−1`. Stretches may be taken up one after another. */
export function crc16Register(bits: Uint8Array, from: number, to: number, register = PRESET): number {
  let value = register;
  for (let i = from; i < to; i++) value = shifted(value ^ (bits[i] << 15));
  return value;
}

/** The check of a word whose bits the register has taken up: 16 bits, as they are sent. */
export function crc16Of(register: number): number {
  return register ^ INVERTED;
}

/** Syndrome of a word whose bits and check the register has taken up: 0 where the check agrees. */
export function crc16Syndrome(register: number): number {
  return register ^ RESIDUE;
}

/** What a wrong bit does to the syndrome of a word of `length` bits, for each bit; uint16 [length]. */
export function crc16SyndromesOfBits(length: number): Uint16Array {
  const syndromes = new Uint16Array(length);
  for (let i = length - 1, syndrome = shifted(0x8000); i >= 0; i--, syndrome = shifted(syndrome)) {
    syndromes[i] = syndrome;
  }
  return syndromes;
}
