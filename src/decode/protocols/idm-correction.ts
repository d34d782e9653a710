import { bitsOf } from '../bits.js';
import { CrcDecoder } from '../crc-decoder.js';
import { crc16Register, crc16Syndrome, crc16SyndromesOfBits } from '../crc16.js';
import { contradiction, hardBits } from '../soft-bits.js';
import {
  COVERED_FROM,
  CRC_FROM,
  IDM_CHECK_BITS,
  IDM_LENGTH,
  IDM_SYNC,
  SERIAL_CRC_FROM,
  SERIAL_FROM,
  SERIAL_TO,
  SPARE_BIT,
} from './idm-frame.js';

/** Bits that may be wrong: those of the serial number with its CRC, and the others. */
const serialPlaces = placesWhere(isSerial);
const restPlaces = placesWhere(
  (i) => i >= IDM_SYNC.length && i < IDM_LENGTH && i !== SPARE_BIT && !isSerial(i),
);
const syndromeOf = crc16SyndromesOfBits(IDM_LENGTH);
/** How many explanations of the serial number's syndrome are followed up. */
const SERIALS = 8;
/** Of how many of the other bits all patterns up to four flips are tried. */
const WEAKEST = 64;
/** What sync word, checks and spare bit are worth, nats; see {@link contradiction}. */
const WORTH_NATS = (IDM_SYNC.length + IDM_CHECK_BITS) * Math.LN2;
/** An explanation this much less likely than the best needs no following up. */
const NEGLIGIBLE_NATS = 25;
const sync = bitsOf(IDM_SYNC);
const serialCode = new CrcDecoder(crc16SyndromesOfBits(serialPlaces.length), serialPlaces.length, SERIALS);
const restCode = new CrcDecoder(
  restPlaces.map((i) => syndromeOf[i]),
  WEAKEST,
  1,
);

function isSerial(i: number): boolean {
  return (i >= SERIAL_FROM && i < SERIAL_TO) || (i >= SERIAL_CRC_FROM && i < CRC_FROM);
}

function placesWhere(holds: (i: number) => boolean): Uint16Array {
  return Uint16Array.from(Array.from({ length: IDM_LENGTH }, (_, i) => i).filter(holds));
}

function serialSyndrome(bits: Uint8Array): number {
  const register = crc16Register(bits, SERIAL_FROM, SERIAL_TO);
  return crc16Syndrome(crc16Register(bits, SERIAL_CRC_FROM, CRC_FROM, register));
}

function frameSyndrome(bits: Uint8Array): number {
  return crc16Syndrome(crc16Register(bits, COVERED_FROM, IDM_LENGTH));
}

export interface CorrectedFrame {
  /** uint8 [736], newly made. */
  readonly bits: Uint8Array;
  readonly correctedBits: number;
  readonly confidence: number;
}

/** The likeliest set of wrong bits so far. */
const best = { cost: 0, count: 0, bits: new Uint16Array(8) };

/**
 * Corrects a frame under both checks; see {@link CrcDecoder}. Each explanation of the serial number's syndrome (up to
 * four flips among its 48 bits) changes the frame's syndrome, which the other 631 bits then have to explain (up to four
 * flips among the 64 weakest, or one anywhere). The likelihoods of both multiply. With no flips one random word in 2³²
 * passes both checks.
 *
 * @param soft log-likelihood ratios, float32 [736]
 * @returns null where nothing that near satisfies both checks
 */
export function correctIdmFrame(soft: Float32Array): CorrectedFrame | null {
  const against = contradiction(soft, sync);
  if (against > WORTH_NATS) return null;
  const bits = hardBits(soft, IDM_LENGTH);
  bits.set(sync);
  bits[SPARE_BIT] = 0;
  serialCode.weigh(soft, serialPlaces);
  serialCode.search(serialSyndrome(bits));
  const ofFrame = frameSyndrome(bits);
  // Where nothing that a search could find would be worth it, most of the work is saved.
  if (against + leastCostOfSerial() > WORTH_NATS) return null;
  restCode.weigh(soft, restPlaces);
  if (against + leastCost(ofFrame) > WORTH_NATS) return null;
  const all = searchRest(ofFrame);
  if (best.cost === Number.POSITIVE_INFINITY) return null;
  for (let i = 0; i < best.count; i++) bits[best.bits[i]] ^= 1;
  if (contradiction(soft, bits) > WORTH_NATS) return null;
  return { bits, correctedBits: best.count, confidence: Math.exp(-best.cost) / all };
}

/** What the likeliest explanation of the serial number's syndrome costs, nats; infinity where there is none. */
function leastCostOfSerial(): number {
  const { found } = serialCode;
  return found.length > 0 ? found.costOf(0) : Number.POSITIVE_INFINITY;
}

/** No explanation of both syndromes costs less, nats. */
function leastCost(ofFrame: number): number {
  const { found } = serialCode;
  let least = Number.POSITIVE_INFINITY;
  for (let k = 0; k < found.length; k++)
    least = Math.min(least, found.costOf(k) + restCode.leastCost(leftBySerial(k, ofFrame)));
  return least;
}

/** What explanation `k` of the serial number's syndrome leaves of the frame's. */
function leftBySerial(k: number, ofFrame: number): number {
  const { found } = serialCode;
  let left = ofFrame;
  for (let i = 0; i < found.flipsOf(k); i++) left ^= syndromeOf[serialPlaces[found.bitOf(k, i)]];
  return left;
}

/**
 * Finds the likeliest explanation of both syndromes, that of the serial number being searched.
 * @returns the likelihood of all of them together
 */
function searchRest(ofFrame: number): number {
  best.cost = Number.POSITIVE_INFINITY;
  const serials = serialCode.found;
  let all = 0;
  let unfollowed = serials.likelihood + serialCode.beyond;
  for (let k = 0; k < serials.length && serials.costOf(k) < best.cost + NEGLIGIBLE_NATS; k++) {
    const likelihood = Math.exp(-serials.costOf(k));
    restCode.search(leftBySerial(k, ofFrame));
    all += likelihood * (restCode.found.likelihood + restCode.beyond);
    unfollowed -= likelihood;
    keepBest(k);
  }
  // A serial number that was not followed up leaves the frame any syndrome: one in 2¹⁶ is the right one.
  return all + (Math.max(0, unfollowed) * restCode.everything) / 2 ** 16;
}

/** Keeps explanation `k` of the serial number with the likeliest of the rest, where no better one is known. */
function keepBest(k: number): void {
  const [serials, rests] = [serialCode.found, restCode.found];
  if (rests.length === 0 || serials.costOf(k) + rests.costOf(0) >= best.cost) return;
  best.cost = serials.costOf(k) + rests.costOf(0);
  best.count = 0;
  for (let i = 0; i < serials.flipsOf(k); i++) best.bits[best.count++] = serialPlaces[serials.bitOf(k, i)];
  for (let i = 0; i < rests.flipsOf(0); i++) best.bits[best.count++] = restPlaces[rests.bitOf(0, i)];
}
