import { describe, expect, it } from 'vitest';
import { runErtd } from '../../src/commands/program.js';
import { bitsOfHex } from '../../src/decode/bits.js';
import { chipsOfData } from '../../src/decode/protocols/r900.js';
import { Random } from '../../src/synth/random.js';
import { testContext } from './test-context.js';

/** Packets of invented meters, those of test/decode/protocols. */
const SCM = 'f953005c01e240bc614e5517';
const SCM_PLUS = '16a31e0700bc614e00106c1c0100b95b';
const IDM =
  '555516a31c5cc6041700bc614e80bc0102000e010000005000000000000079813c000040403020140c0704024140b060341c0f0804424130' +
  'a0542c170c064341b0e0743c1f100844423120944c27140a4542b160b45c05c361b08ca2';
const NET_IDM =
  '555516a31c5cc6041800bc614e205f0101000000000000000000002c00029e98940e000001b9000000000000000000000000000000000000' +
  '000000000000000000000000000000000000000000000000000002b016800f0d61b07613';
const R900_DATA = '499602d2a384062dfa09';
const R900_CHIPS = chipsOfData(bitsOfHex(R900_DATA)).join('');

async function ertd(...args: string[]) {
  const context = testContext();
  const status = await runErtd(args, context);
  return { status, out: context.out(), err: context.err() };
}

async function decoded(...args: string[]) {
  const { out, err } = await ertd('decode', ...args, '--output', 'json');
  expect(err).toBe('');
  return JSON.parse(out);
}

const bitsText = (hex: string): string => bitsOfHex(hex).join('');
const flip = (text: string, ...places: readonly number[]): string =>
  [...text].map((bit, i) => (places.includes(i) ? String(1 - Number(bit)) : bit)).join('');

describe('ertd decode', () => {
  it.each([
    [SCM, { message: 'SCM', id: 12345678, type: 7, consumption: 123456 }],
    [SCM_PLUS, { message: 'SCM+', id: 12345678, consumption: 1076252, tamperCounters: [1, 0] }],
    [IDM, { message: 'IDM', id: 12345678, consumption: 7962940 }],
    [NET_IDM, { message: 'NetIDM', id: 12345678, consumption: 44, generation: 670 }],
    [R900_CHIPS, { message: 'R900', id: 1234567890, consumption: 404986, leak: 2, leakNow: 1 }],
  ])('reads %s', async (packet, fields) => {
    const { check, reading, nearest } = await decoded(packet);
    expect(reading).toMatchObject({ ...fields, correctedBits: 0 });
    expect(check).toMatchObject({ agrees: true, knownWrong: [], notDigits: [] });
    expect(nearest).toEqual([]);
  });

  it.each([
    ['0x1f2a600b803c48178c29caa2e0', SCM, 'behind three zero bits'],
    [`00000${bitsText(SCM)}`, SCM, 'behind five zero bits'],
    [SCM.slice(4), SCM, 'behind its sync word, as bytes'],
    [bitsText(SCM).slice(21), SCM, 'behind its sync word, as bits'],
    [`{96}${SCM}`, SCM, 'with its length, as rtl_433 prints it'],
    ['F9:53:00:5C:01:E2:40:BC:61:4E:55:17', SCM, 'with colons'],
    [SCM_PLUS.slice(4), SCM_PLUS, 'without frame sync'],
    [IDM.slice(4), IDM, 'without training'],
    [IDM.slice(8), IDM, 'from packet type on'],
    [bitsText(IDM), IDM, 'as bits'],
    [R900_CHIPS.slice(64), R900_CHIPS, 'without preamble'],
  ])('reads %s as %s, %#', async (written, whole) => {
    expect(await decoded(written)).toEqual(await decoded(whole));
  });

  it('takes a frame of IDM and NetIDM for what it is said to be', async () => {
    const idm = await decoded(NET_IDM, '--protocol', 'idm');
    expect(idm).toMatchObject({ protocol: 'IDM', reading: { message: 'IDM', id: 12345678 } });
    expect(idm.reading.intervals).toHaveLength(47);
    const netIdm = await decoded(IDM, '--protocol', 'netidm');
    expect(netIdm).toMatchObject({ protocol: 'NetIDM', reading: { message: 'NetIDM', id: 12345678 } });
    expect(netIdm.reading.intervals).toHaveLength(27);
    expect((await ertd('decode', SCM, '--protocol', 'netidm')).err).toMatch(/are no IDM packet;/);
  });

  it('reads data of R900, which has no check', async () => {
    const { check, reading } = await decoded(R900_DATA);
    expect(check.agrees).toBeNull();
    expect(reading).toMatchObject({ id: 1234567890, consumption: 404986 });
    const { out } = await ertd('decode', R900_DATA);
    expect(out).toMatch(/80 bits of data carry no check; it would be 1404150$/m);
  });

  it('draws the layout and says what it means', async () => {
    const { status, out, err } = await ertd('decode', SCM);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toContain(
      '11111001 01010011 00000000 01011100\n        SSSSSSSS SSSSSSSS SSSSSiir ppttttee\n',
    );
    expect(out).toMatch(/^ {2}i {2}21–22, 56–79 +id +12345678$/m);
    expect(out).toMatch(/type +7 +electric: /);
    expect(out).toMatch(/^BCH over bits 16–79: agrees$/m);
  });

  it('says intervals, outages, tamper counters and leaks in words', async () => {
    const idm = (await ertd('decode', IDM)).out;
    expect(idm).toMatch(/47 intervals of 9 bits, newest first; 1081 counts in all\n {8}0 1 2 3 /);
    expect(idm).toContain('no power in interval 0, interval 2');
    expect(idm).toContain('counts reverse rotation, modulo 256');
    const water = (await ertd('decode', R900_CHIPS)).out;
    expect(water).toContain('leak, past 35 days: 3–7 days');
    expect(water).toContain('leak, past 24 hours: intermittent');
  });

  it.each([
    [flip(bitsText(SCM), 40), [40]],
    [flip(bitsText(SCM), 22, 90), [22, 90]],
    [flip(bitsText(SCM_PLUS), 127), [127]],
    [flip(bitsText(IDM), 80, 720), [80, 720]],
    [flip(bitsText(IDM), 80, 81, 500), [80, 81, 500]],
  ])('names the flipped bits, %#', async (packet, flips) => {
    const { check, nearest } = await decoded(packet);
    expect(check.agrees).toBe(false);
    expect(nearest).toEqual([{ flips, reading: expect.objectContaining({ id: 12345678 }) }]);
    const { out } = await ertd('decode', packet);
    expect(out).toMatch(new RegExp(`^  bits? ${flips.join(', ')} flipped: `, 'm'));
    expect(out.match(/\^/g)).toHaveLength(flips.length);
  });

  it('lists words that are equally near, and marks none', async () => {
    const packet = flip(bitsText(SCM_PLUS), 30, 60, 100);
    const { nearest, equallyNear } = await decoded(packet);
    expect(equallyNear).toBeGreaterThan(1);
    expect(nearest).toHaveLength(Math.min(5, equallyNear));
    for (const { flips } of nearest) expect(flips).toHaveLength(3);
    const { out } = await ertd('decode', packet);
    expect(out).toMatch(/equally near, so it cannot be told which/);
    expect(out).not.toContain('^');
    expect(out).toMatch(/^ertd would refuse it: at best it is SCM\+, .* with a confidence of 0\.\d+\.$/m);
  });

  it('corrects symbols of R900, wrong ones and such as are no digits', async () => {
    const wrong = await decoded(flip(R900_CHIPS, 64, 65, 66, 67));
    expect(wrong.nearest).toEqual([{ flips: [0, 3], reading: expect.objectContaining({ id: 1234567890 }) }]);
    const none = await decoded(flip(R900_CHIPS, 72));
    expect(none.check.notDigits).toEqual([1]);
    expect(none.nearest).toEqual([{ flips: [], reading: expect.objectContaining({ id: 1234567890 }) }]);
    const { out } = await ertd('decode', flip(R900_CHIPS, 72, 64, 65, 66, 67));
    expect(out).toMatch(/^ {2}bits 0, 3 flipped and symbol 1 filled in: R900, ID 1234567890,/m);
  });

  it('names no word where five symbols or more cannot be read', async () => {
    const packet = flip(R900_CHIPS, ...[64, 72, 80, 88, 96].flatMap((chip) => [chip, chip + 4]));
    expect((await decoded(packet)).nearest).toEqual([]);
    expect((await ertd('decode', packet)).out).toMatch(/^No word of the code is near enough/m);
  });

  it('says something of whatever is as long as a packet', async () => {
    const random = new Random(1);
    for (const bits of [75, 80, 96, 105, 112, 128, 168, 232, 736]) {
      const packet = Array.from({ length: bits }, () => random.below(2)).join('');
      for (const protocol of ['scm', 'scm+', 'idm', 'r900'])
        expect([0, 64]).toContain((await ertd('decode', packet, '--protocol', protocol)).status);
    }
  });

  it('takes known bits as they must be', async () => {
    const { check, reading } = await decoded(flip(bitsText(SCM), 3));
    expect(check).toMatchObject({ agrees: true, knownWrong: [3] });
    expect(reading).toMatchObject({ id: 12345678 });
  });

  it('says why ertd would refuse a packet whose check agrees', async () => {
    const { out } = await ertd('decode', '0'.repeat(80), '--protocol', 'r900');
    expect(out).toMatch(/^ertd would refuse it: a word of the code, but ID/m);
  });

  it.each([
    [[], /missing required argument/],
    [['f953zz'], /"z" is neither a hexadecimal digit nor a bit/],
    [['f953'], /2 bytes that begin with f953 are no packet; SCM has 12 bytes/],
    [[SCM, '--protocol', 'idm'], /12 bytes that begin with f95300 are no IDM packet/],
    [['--', '-'], /There are no digits/],
    [[SCM, '--protocol', 'dsc'], /Allowed choices are scm, scm\+, idm, netidm, r900/],
  ])('refuses %j in one sentence with 64', async (args, sentence) => {
    const { status, out, err } = await ertd('decode', ...args);
    expect({ status, out }).toEqual({ status: 64, out: '' });
    expect(err).toMatch(sentence);
    expect(err.trimEnd()).not.toContain('\n');
  });
});

describe('ertd encode', () => {
  it.each([
    [['scm', 'id=12345678', 'type=7', 'consumption=123456', 'tamperPhy=1'], SCM],
    [['scm+', 'id=12345678', 'type=0x07', 'consumption=1076252', 'tamperCounters=1,0'], SCM_PLUS],
  ])('prints what was sent: %j', async (args, hex) => {
    expect(await ertd('encode', ...args)).toEqual({ status: 0, out: `${hex}\n`, err: '' });
  });

  it.each([
    [['idm', 'id=7', 'consumption=99', 'intervals=1,2,511'], { message: 'IDM', id: 7, consumption: 99 }],
    [
      ['netidm', 'id=7', 'generation=5', 'unknown=ff'],
      { message: 'NetIDM', generation: 5, unknown: '000000ff' },
    ],
    [['r900', 'id=9', 'reading=134217727', 'leak=3'], { message: 'R900', consumption: 134217727, leak: 3 }],
    [['r900bcd', 'id=9', 'reading=999999'], { message: 'R900BCD', consumption: 999999, leak: 7 }],
    [['r900bcd', 'id=9', 'reading=none'], { message: 'R900BCD', consumption: null }],
  ])('prints what decode reads back: %j', async (args, fields) => {
    const { out } = await ertd('encode', ...args);
    const { check, reading } = await decoded(out.trim());
    expect(check.agrees).toBe(true);
    expect(reading).toMatchObject(fields);
  });

  it('prints bits for other programs', async () => {
    const { out } = await ertd('encode', 'scm', 'id=1', '--output', 'json');
    const { protocol, hex, bits } = JSON.parse(out);
    expect(protocol).toBe('scm');
    expect(bits).toBe(bitsText(hex));
  });

  it.each([
    [['scm'], /missing required argument/],
    [['scmx', 'id=1'], /Allowed choices are scm, scm\+, idm, netidm, r900/],
    [['scm', 'id'], /"id" is not key=value/],
    [['scm', 'id=1', 'consumtion=2'], /scm has no "consumtion"; did you mean consumption\?/],
    [['scm', 'id=1', 'id=2'], /"id" is said twice/],
    [['scm', 'type=7'], /needs an ID other than 0/],
    [['scm', 'id=67108864'], /it takes whole numbers from 0 to 67108863/],
    [['scm', 'id=-1'], /"-1" is no id/],
    [['scm', 'id='], /"" is no id/],
    [['idm', 'id=1', 'intervals=1,512'], /"512" is no intervals/],
    [['idm', 'id=1', 'outageFlags=xyz'], /up to 12 hexadecimal digits/],
    [['scm+', 'id=1', 'tamperCounters=1,2,3'], /has 3 values; it takes up to 2/],
    [['r900bcd', 'id=1', 'reading=1000000'], /it takes whole numbers from 0 to 999999, or "none"\.$/m],
    [
      ['r900', 'id=1', 'reading=none'],
      /"none" is no reading; it takes whole numbers from 0 to 134217727\.$/m,
    ],
  ])('refuses %j in one sentence with 64', async (args, sentence) => {
    const { status, out, err } = await ertd('encode', ...args);
    expect({ status, out }).toEqual({ status: 64, out: '' });
    expect(err).toMatch(sentence);
  });
});
