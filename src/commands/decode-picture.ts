import type { Field } from './decode-field.js';

/** Bits in a line, so that a packet takes no more than a screen. */
const SHORT_LINE = 32;
const LONG_LINE = 64;
/** Packets up to so many bits are drawn in short lines. */
const SHORT = 128;
const GROUP = 8;

/**
 * Draws a packet: lines of bits, below each bit the letter of its field, and below that a mark where it is wrong. The
 * number before a line is that of its first bit.
 */
export function packetPicture(bits: Uint8Array, fields: readonly Field[], marked: readonly number[]): string {
  const letters = lettersOf(bits.length, fields);
  const marks = Array.from(bits, (_, i) => (marked.includes(i) ? '^' : ' '));
  const width = bits.length <= SHORT ? SHORT_LINE : LONG_LINE;
  const lines: string[] = [];
  for (let from = 0; from < bits.length; from += width) {
    const to = Math.min(from + width, bits.length);
    lines.push(`${String(from).padStart(6)}  ${grouped([...bits.subarray(from, to)].join(''))}`);
    lines.push(`        ${grouped(letters.slice(from, to).join(''))}`);
    const under = grouped(marks.slice(from, to).join('')).trimEnd();
    if (under !== '') lines.push(`        ${under}`);
  }
  return lines.join('\n');
}

function lettersOf(length: number, fields: readonly Field[]): string[] {
  const letters = new Array<string>(length).fill('?');
  for (const { letter, spans, width } of fields) {
    for (const [from, count] of spans) {
      for (let i = 0; i < count; i++) {
        const second = width !== undefined && Math.floor(i / width) % 2 === 1;
        letters[from + i] = second ? letter.toUpperCase() : letter;
      }
    }
  }
  return letters;
}

function grouped(text: string): string {
  return text.replace(new RegExp(`.{${GROUP}}(?=.)`, 'g'), '$& ');
}

/** Where a field's bits are: `21–22, 56–79`. */
export function placesInWords({ spans }: Field): string {
  return spans
    .map(([from, length]) => (length === 1 ? `${from}` : `${from}–${from + length - 1}`))
    .join(', ');
}

/** Columns that a list of values is wrapped at. */
const WRAP = 96;

/** The fields as a table: letter, bits, name, value, meaning. A list stands on lines of its own. */
export function fieldTable(fields: readonly Field[]): string {
  const cells = fields.map((field) => [
    field.letter,
    placesInWords(field),
    field.name,
    Array.isArray(field.value) ? '' : field.value === null ? '–' : String(field.value),
    field.meaning,
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column].length)));
  return fields
    .flatMap(({ value }, i) => {
      const line = cells[i].map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
      return [`  ${line}`.trimEnd(), ...(Array.isArray(value) ? wrapped(value.join(' ')) : [])];
    })
    .join('\n');
}

function wrapped(text: string): string[] {
  const pieces = text.match(new RegExp(`.{1,${WRAP}}(?= |$)`, 'g')) ?? [];
  return pieces.map((piece) => `        ${piece.trim()}`);
}
