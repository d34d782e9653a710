import type { Reading } from '../../readings/reading.js';

/** A field that is a number in every packet of its protocol; 0 where the packet does not tell it. */
export function numberOf({ fields }: Reading, name: string): number {
  const value = fields[name];
  return typeof value === 'number' ? value : 0;
}

/** A field that is a list of counters. */
export function countersOf({ fields }: Reading, name: string): readonly number[] {
  const value = fields[name];
  return Array.isArray(value) ? (value as readonly number[]) : [];
}

/** A field that is bytes, as upper-case hexadecimal digits. */
export function bytesOf({ fields }: Reading, name: string): string {
  const value = fields[name];
  return typeof value === 'string' ? value.toUpperCase() : '';
}

/** Upper-case hexadecimal digits, at least `digits` of them. */
export function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}

/** Counters of 8 bits as upper-case hexadecimal digits. */
export function hexBytes(counters: readonly number[]): string {
  return counters.map((counter) => hex(counter, 2)).join('');
}

/** What all frames of IDM and NetIDM begin with; see `decode/protocols/idm-frame.ts`. */
export const IDM_FRAME = { preamble: 0x555516a3, packetType: 0x1c, length: 92, hamming: 0xc6 };

/** Frame sync and protocol of every SCM+. */
export const SCM_PLUS_FRAME = { sync: 0x16a3, protocol: 0x1e };
