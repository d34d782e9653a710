import { posix } from 'node:path';

/** What a room of `src/` may import besides itself and the leaves: modules or whole rooms, as values or as types. */
interface Room {
  readonly values?: readonly string[];
  readonly types?: readonly string[];
  /** Rooms that anything but these may be imported by. */
  readonly anythingBut?: readonly string[];
  /** The same input gives the same output on every machine: no Node.js, no clock, no chance. */
  readonly pure?: boolean;
}

const LEAVES = ['errors', 'quantity', 'quickselect'];

const ROOMS: Readonly<Record<string, Room>> = {
  errors: {},
  quantity: {},
  quickselect: {},
  log: { types: ['config'] },
  config: {
    values: [
      ...[
        'decode/protocols',
        'sources/source',
        'readings/decimal',
        'readings/tariff',
        'readings/tariff-check',
      ],
      ...['readings/time-grid', 'readings/zoned-time', 'readings/unit', 'readings/events/event-rule'],
    ],
  },
  sources: { types: ['config'] },
  dsp: { types: ['sources/source'], pure: true },
  decode: { types: ['dsp/burst', 'dsp/line-code', 'dsp/linear-check'], pure: true },
  listening: { pure: true },
  receiver: { values: ['sources', 'dsp', 'decode', 'log', 'small-heap'], types: ['config'] },
  survey: { values: ['listening', 'dsp'], types: ['receiver'] },
  readings: { types: ['decode/protocol', 'config'] },
  imports: { values: ['decode/protocols'], types: ['decode/protocol', 'readings'] },
  sinks: { values: ['log', 'readings'], types: ['config'] },
  explain: { types: ['receiver', 'decode', 'dsp'] },
  picture: { values: ['explain', 'dsp'], types: ['sources/source', 'survey'] },
  record: { values: ['sources/source'], types: ['receiver', 'decode', 'dsp', 'readings'] },
  synth: {
    values: ['decode/protocols', 'dsp/samples', 'sources/source', 'listening'],
    types: ['decode/protocol'],
  },
  http: {
    values: [
      'readings',
      'sinks/sqlite-read',
      'sinks/sqlite-usage',
      'sinks/usage-period',
      'sinks/register-statement',
      'sinks/sqlite-events',
      'sinks/sqlite-quarantine',
      'sinks/sqlite-own-meters',
      'log',
      'config',
      'survey/kept-survey',
    ],
    types: ['receiver', 'survey'],
  },
  commands: { anythingBut: ['cli'] },
  daemon: { anythingBut: ['cli', 'commands'] },
  'small-heap': {},
  package: {},
  cli: { values: ['commands'] },
};

const NUMERIC_PACKAGES = ['fft.js'];

interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

/**
 * Finds what is wrong with a module by the rules of the house.
 * @param path of the module below `src/`, such as `dsp/window.ts`
 * @returns one sentence a violation
 */
export function violationsOf(path: string, source: string): string[] {
  const room = path.replace(/\.ts$/, '').split('/')[0];
  const rules = Object.hasOwn(ROOMS, room) ? ROOMS[room] : null;
  if (rules === null) return [`${path} is in a room that has no rules`];
  const code = source.replace(COMMENT_OR_STRING, (text) => (text.startsWith('/') ? ' ' : text));
  const imports = importsOf(code);
  return [
    ...imports.flatMap((entry) => importViolation(path, room, rules, entry)),
    ...codeViolations(path, room, rules, code.replace(COMMENT_OR_STRING, '""')),
  ].map((what) => `${path} ${what}`);
}

/** Comments first; strings only so that `'rtltcp://'` is not taken for one. */
const COMMENT_OR_STRING =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;

const FROM = /\b(?:import|export)\s+(type\s+)?([\w$*,{}\s]*?)\s*\bfrom\s*['"]([^'"]+)['"]/g;
const BARE_OR_DYNAMIC = /\bimport\s*\(?\s*['"`]([^'"`]+)['"`]/g;

function importsOf(code: string): Import[] {
  const named = [...code.matchAll(FROM)].map(([, type, clause, specifier]) => {
    const names = /^\{(.*)\}$/s
      .exec(clause)?.[1]
      .split(',')
      .filter((name) => name.trim() !== '');
    const everyNameIsType = names?.every((name) => name.trim().startsWith('type ')) ?? false;
    return { specifier, typeOnly: type !== undefined || everyNameIsType };
  });
  const others = [...code.matchAll(BARE_OR_DYNAMIC)].map(([, specifier]) => ({ specifier, typeOnly: false }));
  return [...named, ...others];
}

function importViolation(path: string, room: string, rules: Room, { specifier, typeOnly }: Import): string[] {
  if (!specifier.startsWith('.')) return packageViolation(room, rules, specifier);
  const target = posix.join(posix.dirname(path), specifier).replace(/\.js$/, '');
  const within = (allowed: readonly string[] = []): boolean =>
    allowed.some((name) => target === name || target.startsWith(`${name}/`));
  if (within([room, ...LEAVES])) return [];
  if (rules.anythingBut !== undefined) {
    return within(rules.anythingBut) ? [`imports ${target}, which nobody may`] : [];
  }
  if (within(rules.values)) return [];
  if (!within(rules.types)) return [`imports ${target}, which ${room} may not`];
  return typeOnly ? [] : [`imports ${target} as a value, which ${room} may only as a type`];
}

function packageViolation(room: string, rules: Room, specifier: string): string[] {
  if (rules.pure && !NUMERIC_PACKAGES.includes(specifier))
    return [`imports ${specifier}, but ${room} is pure`];
  if (specifier === 'node:worker_threads' && room !== 'receiver')
    return ['uses threads, as only receiver may'];
  if (specifier === 'node:process' && room !== 'cli') return ['imports node:process, as only cli may'];
  return [];
}

const ARGV_OR_EXIT =
  /\bprocess\s*\.\s*(argv|exit|exitCode|abort|kill)\b|\b(argv|exit)\b[^=;]*\}\s*=\s*process\b/;
const IMPURE = /(?<![.\w])(process\s*\.|console\s*\.|performance\s*\.|Date\b|Math\s*\.\s*random\b)/;

function codeViolations(path: string, room: string, rules: Room, code: string): string[] {
  const found: string[] = [];
  if (room !== 'cli' && ARGV_OR_EXIT.test(code))
    found.push('reads argv or exits the process, as only cli may');
  if (rules.pure && IMPURE.test(code))
    found.push(`knows the clock, chance or the process, but ${room} is pure`);
  // A declaration file describes a package as it is.
  if (!path.endsWith('.d.ts') && /\bexport\s+default\b/.test(code)) found.push('has a default export');
  return found;
}

const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*(\.(d|test|bench))?\.(ts|js)$/;
const SAYS_NOTHING = /^(utils?|helpers?|managers?|common|misc)$/;

/** Finds what is wrong with a file's name. @param path with any folders */
export function nameViolationsOf(path: string): string[] {
  const name = posix.basename(path);
  if (!KEBAB_CASE.test(name)) return [`${path} is not kebab-case`];
  const empty = name.split(/[-.]/).find((word) => SAYS_NOTHING.test(word));
  return empty === undefined ? [] : [`${path} is named ${empty}, not for what it is`];
}
