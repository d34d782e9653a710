/**
 * What the receiver takes for a packet of symbols that are none: behind a right sync word, random symbols of the line
 * code, all of one strength, with more evidence than any air has for them. Measured beside what the numbers of check bits
 * let expect. What another system sends looks like that at worst.
 *
 *   npm run bench:false-accepts [-- words-of-each]
 */
import { bitsOf } from '../src/decode/bits.js';
import { Decoder } from '../src/decode/decoder.js';
import type { Protocol } from '../src/decode/protocol.js';
import { PROTOCOLS } from '../src/decode/protocols/index.js';
import { DIGITS, writeDigit } from '../src/decode/two-of-four.js';
import { manchester } from '../src/synth/line-code.js';
import { Random } from '../src/synth/random.js';
import { strongBurst } from './fuzz-bursts.js';
import { MIN_CONFIDENCE } from './receive.js';
import { table } from './table.js';

const STRENGTHS_NATS = [5, 10, 20] as const;
/** R900's code takes longest. */
const SHARE_OF_R900 = 0.1;

/** Random symbols behind the sync word, 0 or 1 each; chips where the protocol is told chips. */
function randomWord({ sync, lineCode, lengthSymbols }: Protocol, random: Random): Uint8Array {
  const known = bitsOf(sync);
  if (lineCode === 'manchester')
    return Uint8Array.from({ length: lengthSymbols }, (_, i) => known[i] ?? random.below(2));
  const chips = new Uint8Array(2 * lengthSymbols);
  chips.set(manchester(known));
  for (let at = 2 * known.length; at < chips.length; at += 4) writeDigit(chips, at, random.below(DIGITS));
  return chips;
}

/** How many of the words make a packet. */
function accepted(protocol: Protocol, nats: number, words: number): number {
  const random = new Random(nats);
  const decoder = new Decoder([protocol], MIN_CONFIDENCE);
  let packets = 0;
  for (let n = 0; n < words; n++) {
    const soft = Float32Array.from(randomWord(protocol, random), (bit) => (bit === 1 ? nats : -nats));
    packets += decoder.decode([strongBurst(0, soft)], Number.POSITIVE_INFINITY).length;
  }
  return packets;
}

/** Symbols that may be wrong before more speaks against a packet than its sync word and check are worth. */
function mostFlips({ sync, checkBits, lineCode }: Protocol, nats: number): number {
  const worth = (sync.length + checkBits) * Math.LN2 - Math.log(1 / (1 - MIN_CONFIDENCE));
  // A digit becomes another by moving a chip: one that was on is off, and one that was off is on.
  return Math.floor(worth / (lineCode === 'manchester' ? nats : 2 * nats));
}

function rowOf(protocol: Protocol, nats: number, words: number): string[] {
  const count = protocol.lineCode === 'manchester' ? words : Math.ceil(SHARE_OF_R900 * words);
  const packets = accepted(protocol, nats, count);
  const share = packets > 0 ? (packets / count).toExponential(1) : `< ${(3 / count).toExponential(0)}`;
  return [
    protocol.name,
    String(nats),
    String(mostFlips(protocol, nats)),
    (2 ** -protocol.checkBits).toExponential(1),
    `${packets} of ${count}`,
    share,
  ];
}

const words = Number(process.argv[2] ?? 20_000);
if (!Number.isInteger(words) || words < 1) {
  console.error('How many words? Write a whole number, as in: npm run bench:false-accepts -- 5000');
  process.exit(64);
}
const rows = PROTOCOLS.flatMap((protocol) => STRENGTHS_NATS.map((nats) => rowOf(protocol, nats, words)));
console.log(table(['protocol', 'nats a symbol', 'flips at most', 'without flips', 'taken', 'share'], rows));
