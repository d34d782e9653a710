import { once } from 'node:events';
import { Option } from 'commander';
import { type Layout, type RowFormat, rowWriter } from '../sinks/layout.js';
import type { CommandContext } from './context.js';

/** `--output` of a command that lists rows. */
export function outputOption(): Option {
  const option = new Option('--output <how>', 'How to print. Default: table on a terminal, jsonl elsewhere.');
  return option.choices(['table', 'jsonl', 'csv'] satisfies RowFormat[]);
}

/**
 * Prints rows to standard output, no faster than they are read there, until they or the signal ends.
 * @param format undefined: table on a terminal, JSON lines elsewhere
 * @returns how many were printed
 */
export async function printRows<Row>(
  { stdout, signal }: CommandContext,
  layout: Layout<Row>,
  format: RowFormat | undefined,
  rows: Iterable<Row>,
): Promise<number> {
  const writer = rowWriter(layout, format ?? (stdout.isTTY === true ? 'table' : 'jsonl'));
  let printed = 0;
  stdout.write(writer.header);
  for (const row of rows) {
    if (signal.aborted) break;
    printed += 1;
    if (!stdout.write(writer.line(row))) await once(stdout, 'drain', { signal });
  }
  return printed;
}
