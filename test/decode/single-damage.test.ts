import { describe, expect, it } from 'vitest';
import { MESSAGE_KINDS } from '../../bench/any-packet.js';
import { strongBurst } from '../../bench/fuzz-bursts.js';
import { bitsOfHex } from '../../src/decode/bits.js';
import { Decoder } from '../../src/decode/decoder.js';
import type { ParseResult } from '../../src/decode/protocol.js';
import { chipsOfData, parseR900 } from '../../src/decode/protocols/r900.js';
import { FIELD_SIZE, WORD_SYMBOLS } from '../../src/decode/reed-solomon.js';
import { DIGITS, readDigit, writeDigit } from '../../src/decode/two-of-four.js';
import type { MessageName } from '../../src/synth/message.js';
import { Random } from '../../src/synth/random.js';
import { clear } from './protocols/soft-symbols.js';

/** How sure the symbols of each packet are, nats; fewer packets of those that take long. */
const NATS: Readonly<Record<MessageName, readonly number[]>> = {
  SCM: [4, 8, 16, 40],
  'SCM+': [5, 8, 12, 20],
  IDM: [8],
  NetIDM: [20],
  R900: [8],
  R900BCD: [20],
};

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((bit, i) => bit === b[i]);
}

describe.each(MESSAGE_KINDS)('$name with one symbol wrong', (kind) => {
  it.each(NATS[kind.name])('is what was sent, whichever it is, where all are worth %i nats', (nats) => {
    const { bits } = kind.make(new Random(nats));
    const soft = clear(bits, nats);
    for (let i = 0; i < bits.length; i++) {
      soft[i] = -soft[i];
      const result = kind.protocol.parse(soft);
      expect(result).toMatchObject({ ok: true, message: kind.name });
      expect(result.ok && isSame(result.bits, bits)).toBe(true);
      soft[i] = -soft[i];
    }
  });

  it('is what was sent or nothing where the wrong one is up to three times as sure as the others', () => {
    const random = new Random(3);
    let packets = 0;
    for (let round = 0; round < 60; round++) {
      const { bits } = kind.make(random);
      const soft = clear(bits, random.uniform(3, 12));
      soft[random.below(bits.length)] *= -random.uniform(1, 3);
      const decoder = new Decoder([kind.protocol], 0.995);
      for (const packet of decoder.decode([strongBurst(0, soft)], Number.POSITIVE_INFINITY)) {
        expect(isSame(packet.bits, bits)).toBe(true);
        packets++;
      }
    }
    expect(packets).toBeGreaterThan(5);
  });
});

describe('R900 with one of its 21 symbols replaced', () => {
  const chips = chipsOfData(bitsOfHex('499602d2a384062dfa09'));

  /** Parses the packet with a symbol replaced by every step-th value, all chips of a strength. */
  function* replaced(nats: number, step: number): Generator<ParseResult> {
    for (let at = 64; at < 64 + 8 * WORD_SYMBOLS; at += 8) {
      for (let value = at % step; value < FIELD_SIZE; value += step) {
        const [first, second] = [Math.floor(value / DIGITS), value % DIGITS];
        if (first === readDigit(chips, at) && second === readDigit(chips, at + 4)) continue;
        const received = chips.slice();
        writeDigit(received, at, first);
        writeDigit(received, at + 4, second);
        yield parseR900(clear(received, nats));
      }
    }
  }

  it('is what was sent, whichever it is, where nothing is very sure', () => {
    for (const result of replaced(3, 9)) expect(result).toMatchObject({ ok: true, bits: chips });
  });

  it('is what was sent or nothing where all is sure, by whatever it is replaced', () => {
    for (const result of replaced(20, 1)) if (result.ok) expect(result.bits).toEqual(chips);
  });
});
