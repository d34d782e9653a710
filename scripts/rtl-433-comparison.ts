import { isDeepStrictEqual } from 'node:util';
import type { FieldValue } from '../src/decode/protocol.js';
import type { MessageName } from '../src/synth/message.js';
import { differences, type Row } from './fixture-check.js';
import { type FieldPair, type KnownDifference, PAIRS, unreadKeys } from './rtl-433-fields.js';

/** How often a field was the same, differed for a known reason, and for no reason known. */
export interface FieldTally {
  same: number;
  known: number;
  unexplained: number;
  reason: KnownDifference | null;
}

/** What came of one kind of message. */
export interface Comparison {
  readonly message: MessageName;
  readonly packets: number;
  readonly fields: ReadonlyMap<string, FieldTally>;
  /** Lines of rtl_433 that show a frame as the other message too. */
  readonly bothMessages: number;
  /** What nobody knows the reason of, a sentence each. */
  readonly unexplained: readonly string[];
}

const FRAMES: ReadonlySet<string> = new Set(['IDM', 'NETIDM']);

/**
 * Compares what both receivers print for the same recording, packet by packet in the order they were sent.
 * @param sent   rows of what was sent
 * @param ours   rows of ertd
 * @param theirs rows of rtl_433
 */
export function compare(
  message: MessageName,
  sent: readonly Row[],
  ours: readonly Row[],
  theirs: readonly Row[],
): Comparison {
  const pairs = PAIRS[message]!;
  const lines = theirs.filter(({ model }) => model === pairs.model);
  const others = theirs.filter(({ model }) => model !== pairs.model);
  const isOtherFrame = ({ model }: Row): boolean => FRAMES.has(pairs.model) && FRAMES.has(String(model));
  const unexplained = [
    ...differences(sent, ours).map((what) => `ertd: ${what}`),
    ...(lines.length === sent.length ? [] : [`rtl_433 prints ${lines.length} of ${sent.length} packets`]),
    ...others.filter((line) => !isOtherFrame(line)).map((line) => `rtl_433 has ${JSON.stringify(line)} too`),
    ...new Set(lines.flatMap((line) => unreadKeys(line, pairs).map((key) => `rtl_433 tells ${key} too`))),
  ];
  const fields = new Map<string, FieldTally>();
  for (const [i, row] of ours.slice(0, lines.length).entries()) {
    for (const pair of pairs.fields) {
      const what = comparePair(pair, row, lines[i], tallyOf(fields, pair));
      if (what !== null) unexplained.push(`packet ${i}: ${what}`);
    }
  }
  return {
    message,
    packets: sent.length,
    fields,
    bothMessages: others.filter(isOtherFrame).length,
    unexplained,
  };
}

function tallyOf(fields: Map<string, FieldTally>, { ours }: FieldPair): FieldTally {
  const tally = fields.get(ours) ?? { same: 0, known: 0, unexplained: 0, reason: null };
  fields.set(ours, tally);
  return tally;
}

/** @returns what differs without a known reason, or null */
function comparePair(
  { ours, theirs, read, known }: FieldPair,
  row: Row,
  line: Row,
  tally: FieldTally,
): string | null {
  const mine = row[ours] as FieldValue;
  const raw = theirs === null ? undefined : (line[theirs] as FieldValue | undefined);
  const value = raw === undefined ? undefined : (read?.(raw) ?? raw);
  const reason = known === 'type 19' && row.type !== 19 ? null : reasonOf(mine, value, known);
  if (isDeepStrictEqual(mine, value) && known !== 'unknown field') tally.same++;
  else if (reason !== null) {
    tally.known++;
    tally.reason = reason;
  } else {
    tally.unexplained++;
    return `${ours} is ${JSON.stringify(mine)} of ertd and ${JSON.stringify(value)} of rtl_433 (${theirs})`;
  }
  return null;
}

/** The known reason why two values differ, or are told otherwise; null where there is none. */
function reasonOf(
  mine: FieldValue,
  theirs: FieldValue | undefined,
  known: KnownDifference | undefined,
): KnownDifference | null {
  if (known === 'not told') return theirs === undefined ? known : null;
  if (known === 'unknown field') return isDeepStrictEqual(mine, theirs) ? known : null;
  if (known === 'type 19') return known;
  if (typeof mine === 'number' && typeof theirs === 'number' && theirs < 0)
    return theirs + 2 ** 32 === mine ? 'unsigned' : null;
  return null;
}
