import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { ertdProgram } from '../src/commands/program.js';
import { SETTINGS, settingNamed } from '../src/config/settings.js';
import { testContext } from './commands/test-context.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGES = [
  ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'fixtures/iq/README.md'],
  ...['docs', 'packaging', 'bench'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name)),
  ),
];

const textOf = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

/** Heading → the anchor that GitHub gives it. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function brokenLinks(page: string): string[] {
  const text = textOf(page);
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [path, anchor] = target.split('#');
      const file = path === '' ? page : relative(ROOT, join(ROOT, dirname(page), path));
      if (!existsSync(join(ROOT, file))) return true;
      return anchor !== undefined && !anchorsOf(textOf(file)).includes(anchor);
    });
}

const PROGRAM = await ertdProgram(testContext());

/** Calls of ertd in code: what follows the name, up to the end of the command. */
function callsIn(text: string): string[] {
  const code = [
    ...[...text.matchAll(/```[a-z]*\n([\s\S]*?)```/g)].flatMap(([, block]) => block.split('\n')),
    ...[...text.replace(/```[\s\S]*?```/g, '').matchAll(/`([^`]+)`/g)].map(([, inline]) => inline),
  ];
  return code.flatMap((line) => {
    const command = line.replace(/\s# .*/, '').replace(/sudo -u \S+ /, '');
    return [...command.matchAll(/(?:^|[\s;&|])ertd ([^;&|]*)/g)].map(([, call]) => call.trim());
  });
}

/** What a call names that the program does not have. */
function unknownIn(call: string): string[] {
  let command: Command = PROGRAM;
  const unknown: string[] = [];
  let before = '';
  for (const word of call.split(/\s+/)) {
    const child = command.commands.find((one) => one.name() === word);
    const takesWord = command.options.some(({ long, required }) => long === before && required);
    before = word;
    if (takesWord) continue;
    if (child !== undefined) command = child;
    else if (command.commands.length > 0 && /^[a-z]/.test(word)) return [word];
    else if (/^--[a-z]/.test(word)) {
      const flag = word.split('=')[0];
      if (!command.options.some(({ long }) => long === flag) && flag !== '--help') unknown.push(flag);
    }
  }
  return unknown;
}

function everyFlag(command: Command): string[] {
  return [...command.options.map(({ long }) => long ?? ''), ...command.commands.flatMap(everyFlag)];
}

const SCRIPTS: Readonly<Record<string, string>> = JSON.parse(textOf('package.json')).scripts;

describe.each(PAGES)('%s', (page) => {
  const text = textOf(page);

  it('links to what exists', () => {
    expect(brokenLinks(page)).toEqual([]);
  });

  it('calls ertd as it can be called', () => {
    const unknown = callsIn(text).flatMap((call) => unknownIn(call).map((word) => `ertd ${call}: ${word}`));
    expect(unknown).toEqual([]);
  });

  it('names flags that some command has', () => {
    const flags = new Set([...everyFlag(PROGRAM), '--help']);
    const named = [...text.matchAll(/`(--[a-z][a-z-]*)[^`]*`/g)].map(([, flag]) => flag);
    expect(named.filter((flag) => !flags.has(flag))).toEqual([]);
  });

  it('names settings and variables that there are', () => {
    const sections = new Set(SETTINGS.map(({ section }) => section));
    const settings = [...text.matchAll(/`([a-z]+)\.([a-z]+[A-Z]\w*)[^`]*`/g)]
      .filter(([, section]) => sections.has(section))
      .map(([, section, key]) => `${section}.${key}`);
    const names = new Set<string>(SETTINGS.map(({ name }) => name));
    expect(settings.filter((name) => !names.has(name))).toEqual([]);
    const variables = [...text.matchAll(/\bERTD_[A-Z_]+\b/g)].map(([name]) => name);
    const known = new Set([...SETTINGS.map(({ variable }) => variable), 'ERTD_']);
    expect(variables.filter((name) => !known.has(name))).toEqual([]);
  });

  it('names files that there are', () => {
    const named = [...text.matchAll(/`((?:src|test|scripts|bench|packaging|fixtures|docs)\/[\w./-]+)`/g)];
    expect(named.map(([, path]) => path).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('names scripts of package.json', () => {
    const named = [...text.matchAll(/npm run (?:--silent )?([a-z][\w:-]*)/g)].map(([, name]) => name);
    expect(named.filter((name) => !Object.hasOwn(SCRIPTS, name))).toEqual([]);
  });
});

it('tells the least confidence that there is by default', () => {
  const initial = settingNamed('decode.minConfidence').initial;
  expect(textOf('docs/false-packets.md')).toContain(`\`decode.minConfidence\` (${initial} unless set)`);
});

describe('the check of calls', () => {
  it.each([
    ['ertd replya x.cu8', ['replya']],
    ['ertd run --gian 3', ['--gian']],
    ['ertd config chek', ['chek']],
    ['ertd meters --rate 3', ['--rate']],
    ['ertd config check my.toml', []],
    ['ertd run --db "" --output jsonl | mosquitto_pub -l -t meters', []],
  ])('%s', (line, unknown) => {
    expect(callsIn(`\`${line}\``).flatMap(unknownIn)).toEqual(unknown);
  });
});
