import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { runErtd } from '../../src/commands/program.js';
import { RATE, sceneOf } from '../explain/scene.js';
import { temporaryDirectory } from '../sources/temporary-files.js';
import { testContext } from './test-context.js';

const directory = temporaryDirectory();
const NAME = `x_912.6M_${RATE}sps.cu8`;
let file = '';

beforeAll(async () => {
  const scene = sceneOf(0.1, [
    { what: 'P', seconds: 0.02, carrierHz: -300e3, snrDb: 20, id: 10_000_001 },
    { what: 'fsk', seconds: 0.04, length: 0.03, carrierHz: 400e3, snrDb: 25 },
  ]);
  file = await directory.write(NAME, scene);
});

async function ertd(...args: string[]) {
  const context = testContext();
  const status = await runErtd([...args, '--rate', String(RATE)], context);
  return { status, out: context.out(), err: context.err() };
}

describe('ertd explain', () => {
  it('says what there is, line by line, and what it comes to', async () => {
    const { status, out, err } = await ertd('explain', file);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toMatch(/^ +ms +MHz +dB +what +why\n/);
    expect(out).toMatch(/^ +20\.0\d +912\.300 +\d\d\.\d +packet +SCM 10000001, type 7/m);
    expect(out).toMatch(/^ +(39\.9|40\.0)\d +91\d\.\d{3} +\d\d\.\d +fsk-like +constant envelope/m);
    expect(out).toContain('1 packet from 1 meter decoded.\nLike FSK: 1 signal;');
  });

  it('prints lines for programs', async () => {
    const { out } = await ertd('explain', file, '--output', 'jsonl');
    const rows = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).toMatchObject([
      { kind: 'candidate', became: 'accepted', id: 10_000_001, protocol: 'SCM' },
      { kind: 'foreign', class: 'fsk-like', pulseSeconds: null },
      { kind: 'summary', packets: 1, foreign: { 'fsk-like': 1 } },
    ]);
  });

  it('lists every candidate with --all', async () => {
    const { out } = await ertd('explain', file, '--all', '--output', 'jsonl');
    const rows = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const candidates = rows.filter(({ kind }) => kind === 'candidate');
    expect(candidates).toHaveLength(rows.at(-1).candidates);
  });

  it('names the files where there are several', async () => {
    const { out } = await ertd('explain', file, file);
    expect(out.match(new RegExp(`^${NAME.replaceAll('.', '\\.')}$`, 'gm'))).toHaveLength(2);
  });

  it.each([
    ['svg', '<svg '],
    ['png', '\x89PNG'],
  ])('draws a picture as .%s, and says what it shows', async (ending, magic) => {
    const picture = directory.path(`x.${ending}`);
    const { status, err } = await ertd(
      'explain',
      file,
      '--picture',
      picture,
      '--from',
      '0.01',
      '--seconds',
      '0.05',
    );
    expect(status).toBe(0);
    expect(err).toContain('shows 0.010 to 0.060 s of 0.100 s');
    expect((await readFile(picture)).subarray(0, magic.length).toString('latin1')).toBe(magic);
  });

  it.each([
    [['--picture', 'x.gif'], 64, 'is an .svg or a .png file'],
    [[NAME, '--picture', 'x.svg'], 64, 'A picture shows one recording'],
    [['--from', 'soon'], 64, 'is not a number of seconds'],
    [['--picture', '/nowhere/x.svg'], 74, 'cannot be written: ENOENT'],
  ])('refuses %j in one sentence', async (args, status, sentence) => {
    const result = await ertd('explain', file, ...args);
    expect(result.status).toBe(status);
    expect(result.err).toContain(sentence);
  });

  it('has no second pass for standard input', async () => {
    const { status, err } = await ertd('explain', '-', '--picture', 'x.svg', '--format', 'cu8');
    expect(status).toBe(64);
    expect(err).toContain('standard input does not have');
  });
});

describe('ertd replay --explain', () => {
  it('explains on stderr, beside the packets', async () => {
    const { status, out, err } = await ertd('replay', file, '--explain', '--output', 'jsonl');
    expect(status).toBe(0);
    expect(out.trimEnd().split('\n')).toHaveLength(1);
    expect(err).toMatch(/fsk-like +constant envelope/);
    expect(err).toContain('Like FSK: 1 signal;');
    expect(err).toContain('signals that are no packets: 1 fsk-like\n');
  });
});
