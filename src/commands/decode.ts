import { Command, Option } from 'commander';
import type { ParseResult } from '../decode/protocol.js';
import { idmFrameWith } from '../decode/protocols/idm-family.js';
import type { IdmVariant } from '../decode/protocols/idm-variant.js';
import type { CommandContext } from './context.js';
import {
  type Check,
  checkOf,
  type NearWord,
  nearestWords,
  PARSERS,
  softOf,
  symbolsOfBits,
} from './decode-check.js';
import type { Field } from './decode-field.js';
import { type Kind, readPacket, type TypedPacket } from './decode-input.js';
import { layoutOf } from './decode-layout.js';
import { fieldTable, packetPicture } from './decode-picture.js';
import { SYMBOL_BITS } from './decode-r900.js';

const HELP = `
A packet is hexadecimal digits, or zeros and ones; spaces and colons do not count. It may begin with its sync word
or, where that leaves no doubt, behind it: SCM f953…, SCM+ 16a31e… or 1e…, IDM and NetIDM 5555…, 16a3… or 1c5c…;
R900 as its 232 chips, or as the 80 bits of data that other receivers print, which carry no check. A length in braces
before it, as rtl_433 prints, does not count either. Of IDM and NetIDM, which look alike, --protocol says which it is.

Examples:
  ertd decode f953005c01e240bc614e5517                       # a packet, drawn with its fields
  ertd decode 499602d2a384062dfa09 --protocol r900           # data of a water meter
  ertd decode f953005c01e240bc614e5516                       # a wrong bit: what it may have been
  ertd decode 16a31e0700bc614e00106c1c0100b95b --output json # for other programs
  ertd decode $(ertd encode netidm id=12345678 consumption=44 generation=670 net=9999374)
`;

/** How many of the nearest words are read and listed; there may be hundreds. */
const LISTED = 5;

/** Default of `decode.minConfidence`. */
const LEAST_CONFIDENCE = 0.995;

/** What somebody may know of a packet. */
interface Known {
  readonly kind: Kind;
  readonly variant?: IdmVariant;
}

const KNOWN: Readonly<Record<string, Known>> = {
  scm: { kind: 'scm' },
  'scm+': { kind: 'scm+' },
  idm: { kind: 'idm', variant: 'IDM' },
  netidm: { kind: 'idm', variant: 'NetIDM' },
  r900: { kind: 'r900' },
  r900bcd: { kind: 'r900' },
};

interface DecodeOptions {
  readonly protocol?: string;
  readonly output: 'text' | 'json';
}

/** What can be said of a packet. */
interface Decoded {
  readonly packet: TypedPacket;
  readonly message: string;
  readonly fields: readonly Field[];
  readonly check: Check;
  /** The first of the nearest words, and how many there are. */
  readonly nearest: readonly (NearWord & { readonly read: ParseResult })[];
  readonly equallyNear: number;
  /** What the receiver makes of it. */
  readonly read: ParseResult;
}

/** `ertd decode`: a packet given by hand, taken apart. */
export function decodeCommand(context: CommandContext): Command {
  return new Command('decode')
    .description('take a packet given by hand apart')
    .argument('<packet...>', 'hexadecimal digits, or zeros and ones')
    .addOption(
      new Option('--protocol <name>', 'What it is. Default: what it looks like.').choices(Object.keys(KNOWN)),
    )
    .addOption(new Option('--output <how>', 'How to print.').choices(['text', 'json']).default('text'))
    .addHelpText('after', HELP)
    .action((words: string[], { protocol, output }: DecodeOptions) => {
      const known = protocol === undefined ? undefined : KNOWN[protocol];
      const decoded = decode(readPacket(words.join(''), known?.kind), known?.variant);
      context.stdout.write(output === 'json' ? `${JSON.stringify(record(decoded))}\n` : text(decoded));
    });
}

function decode(packet: TypedPacket, variant?: IdmVariant): Decoded {
  const { kind } = packet;
  const parser = variant === undefined ? PARSERS[kind] : idmFrameWith(() => variant);
  const parse = (symbols: Uint8Array): ParseResult => parser.parse(softOf(symbols));
  const check = checkOf(packet);
  const words = check.agrees ? [] : nearestWords(packet, check);
  return {
    packet,
    ...layoutOf(kind, packet.bits, variant),
    check,
    nearest: words.slice(0, LISTED).map((word) => ({ ...word, read: parse(symbolsOfBits(kind, word.bits)) })),
    equallyNear: words.length,
    read: parse(packet.symbols),
  };
}

function text({ packet, message, fields, check, nearest, equallyNear, read }: Decoded): string {
  // Marks point at one explanation; where there are several, any would mislead.
  const flipped = nearest.length === 1 ? nearest[0].flips : [];
  const unread = [...packet.bits.keys()].filter((i) => packet.erased.includes(Math.floor(i / SYMBOL_BITS)));
  const marked = packet.kind === 'r900' ? [...unread, ...flipped] : [...check.knownWrong, ...flipped];
  const size = packet.kind === 'r900' ? '80 bits of data, 25 of parity' : `${packet.bits.length} bits`;
  return `${[
    `${message}, ${size}`,
    '',
    packetPicture(packet.bits, fields, marked),
    '',
    fieldTable(fields),
    '',
    ...verdict(packet, check),
    ...(check.agrees ? [] : nearestInWords(nearest, equallyNear, packet.erased)),
    readInWords(read),
  ].join('\n')}\n`;
}

function verdict({ kind, checked, erased }: TypedPacket, { sums, knownWrong }: Check): string[] {
  const unit = kind === 'r900' ? 'chips' : 'bits';
  const lines = sums.map(({ name, sent, computed, bits }) => {
    const hex = (value: number): string => value.toString(16).padStart(Math.ceil(bits / 4), '0');
    if (!checked) return `${name}: not told, 80 bits of data carry no check; it would be ${hex(computed)}`;
    if (erased.length > 0) return `${name}: FAILS, not all symbols can be read`;
    return sent === computed ? `${name}: agrees` : `${name}: FAILS, ${hex(sent)} instead of ${hex(computed)}`;
  });
  if (erased.length > 0) lines.push(`Not digits, drawn as zeros: the chips of ${symbolsInWords(erased)}`);
  if (knownWrong.length > 0)
    lines.push(`Known ${unit} that are wrong, and not counted: ${knownWrong.join(', ')}`);
  return lines;
}

function nearestInWords(nearest: Decoded['nearest'], count: number, erased: TypedPacket['erased']): string[] {
  if (nearest.length === 0) return ['No word of the code is near enough to tell what was sent.'];
  const lines = nearest.map(({ flips, read }) => {
    const changes = [
      ...(flips.length > 0 ? [`${plural(flips.length, 'bit')} ${flips.join(', ')} flipped`] : []),
      ...(erased.length > 0 ? [`${symbolsInWords(erased)} filled in`] : []),
    ];
    return `  ${changes.join(' and ')}: ${whatItSays(read)}`;
  });
  const more = count - lines.length;
  const head =
    count === 1 ? 'Nearest word:' : `Nearest words, ${count} equally near, so it cannot be told which:`;
  return [head, ...lines, ...(more > 0 ? [`  … and ${more} more`] : [])];
}

function symbolsInWords(erased: TypedPacket['erased']): string {
  return `${plural(erased.length, 'symbol')} ${erased.join(', ')}`;
}

function plural(count: number, noun: string): string {
  return count === 1 ? noun : `${noun}s`;
}

const REFUSALS = {
  length: 'too short',
  'line-code': 'no symbols',
  integrity: 'too far from every word of the code',
  implausible: 'a word of the code, but ID, type or digits are such as no meter sends',
} as const;

function whatItSays(read: ParseResult): string {
  if (!read.ok) return REFUSALS[read.why];
  return `${read.message}, ID ${read.meterId}, type ${read.type}, ${read.consumption === null ? 'no reading' : `consumption ${read.consumption}`}`;
}

function readInWords(read: ParseResult): string {
  if (!read.ok) return `ertd would refuse it: ${REFUSALS[read.why]}.`;
  const corrected =
    read.correctedBits === 0 ? '' : `, ${read.correctedBits} ${plural(read.correctedBits, 'bit')} corrected`;
  const what = `${whatItSays(read)}${corrected}`;
  if (read.confidence >= LEAST_CONFIDENCE) return `ertd reads it as ${what}.`;
  return `ertd would refuse it: at best it is ${what}, with a confidence of ${read.confidence.toFixed(3)}.`;
}

/** Everything, for other programs. */
function record({ packet, message, fields, check, nearest, equallyNear, read }: Decoded): unknown {
  return {
    protocol: message,
    bits: packet.bits.join(''),
    fields: fields.map(({ name, spans, value, meaning }) => ({
      name,
      bits: spans.map(([from, length]) => [from, from + length - 1]),
      value,
      meaning,
    })),
    check: {
      agrees: packet.checked ? check.agrees : null,
      sums: check.sums,
      knownWrong: check.knownWrong,
      notDigits: packet.erased,
    },
    equallyNear,
    nearest: nearest.map(({ flips, read: word }) => ({ flips, ...reading(word) })),
    ...reading(read),
  };
}

function reading(read: ParseResult): object {
  if (!read.ok) return { reading: null, refused: read.why };
  const { message, meterId: id, type, consumption, fields, correctedBits, confidence } = read;
  return { reading: { message, id, type, consumption, ...fields, correctedBits, confidence } };
}
