import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { nameViolationsOf, violationsOf } from './import-rules.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Every TypeScript file below a folder of the project, by its path in that folder. */
function typescriptIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => path.split(sep).join(posix.sep));
}

describe('the house', () => {
  it('has no room that imports what it may not', () => {
    const modules = typescriptIn('src');
    expect(modules.length).toBeGreaterThan(20);
    expect(
      modules.flatMap((path) => violationsOf(path, readFileSync(join(ROOT, 'src', path), 'utf8'))),
    ).toEqual([]);
  });

  it('names files in kebab-case, for what they are', () => {
    const files = ['src', 'test', 'bench', 'scripts'].flatMap(typescriptIn);
    expect(files.flatMap(nameViolationsOf)).toEqual([]);
  });
});

describe('the rules see', () => {
  it.each([
    ['dsp/a.ts', "import { readFileSync } from 'node:fs';", 'imports node:fs, but dsp is pure'],
    ['decode/a.ts', "import { pino } from 'pino';", 'imports pino, but decode is pure'],
    ['decode/a.ts', "import 'node:fs';", 'imports node:fs, but decode is pure'],
    ['dsp/a.ts', "const fs = await import('node:fs');", 'imports node:fs, but dsp is pure'],
    ['dsp/a.ts', 'const now = Date.now();', 'knows the clock, chance or the process, but dsp is pure'],
    ['dsp/a.ts', 'const x = Math.random();', 'knows the clock, chance or the process, but dsp is pure'],
    [
      'dsp/a.ts',
      "import { decode } from '../decode/decoder.js';",
      'imports decode/decoder, which dsp may not',
    ],
    [
      'dsp/a.ts',
      "import { SAMPLE_BYTES } from '../sources/source.js';",
      'imports sources/source as a value, which dsp may only as a type',
    ],
    [
      'decode/a.ts',
      "import {\n  Burst,\n  type Other,\n} from '../dsp/burst.js';",
      'imports dsp/burst as a value, which decode may only as a type',
    ],
    [
      'decode/protocols/a.ts',
      "export * from '../../dsp/burst.js';",
      'imports dsp/burst as a value, which decode may only as a type',
    ],
    [
      'decode/a.ts',
      "import type { Detector } from '../dsp/detector.js';",
      'imports dsp/detector, which decode may not',
    ],
    [
      'sources/a.ts',
      "import { SETTINGS } from '../config/settings.js';",
      'imports config/settings as a value, which sources may only as a type',
    ],
    [
      'readings/a.ts',
      "import { scm } from '../decode/protocols/scm.js';",
      'imports decode/protocols/scm, which readings may not',
    ],
    [
      'readings/a.ts',
      "import { parse } from '../decode/protocol.js';",
      'imports decode/protocol as a value, which readings may only as a type',
    ],
    [
      'sinks/a.ts',
      "import type { Packet } from '../decode/protocol.js';",
      'imports decode/protocol, which sinks may not',
    ],
    [
      'synth/a.ts',
      "import { parse } from '../decode/decoder.js';",
      'imports decode/decoder, which synth may not',
    ],
    [
      'receiver/a.ts',
      "import { open } from '../sinks/sqlite.js';",
      'imports sinks/sqlite, which receiver may not',
    ],
    ['sources/a.ts', "import { Worker } from 'node:worker_threads';", 'uses threads, as only receiver may'],
    ['receiver/a.ts', "import { run } from '../daemon.js';", 'imports daemon, which receiver may not'],
    ['commands/a.ts', "import { run } from '../cli.js';", 'imports cli, which nobody may'],
    ['daemon.ts', "import './cli.js';", 'imports cli, which nobody may'],
    ['cli.ts', "import { run } from './daemon.js';", 'imports daemon, which cli may not'],
    ['quantity.ts', "import { log } from './log.js';", 'imports log, which quantity may not'],
    ['commands/a.ts', 'process.exit(1);', 'reads argv or exits the process, as only cli may'],
    ['daemon.ts', 'process.exitCode = 1;', 'reads argv or exits the process, as only cli may'],
    ['sinks/a.ts', 'const [, , name] = process.argv;', 'reads argv or exits the process, as only cli may'],
    ['sinks/a.ts', 'const { argv } = process;', 'reads argv or exits the process, as only cli may'],
    ['log.ts', "import { exit } from 'node:process';", 'imports node:process, as only cli may'],
    ['dsp/a.ts', 'export default 1;', 'has a default export'],
    ['attic/a.ts', '', 'is in a room that has no rules'],
  ])('%s: %s', (path, source, violation) => {
    expect(violationsOf(path, source)).toEqual([`${path} ${violation}`]);
  });

  it.each([
    ['dsp/a.ts', "import FFT from 'fft.js';\nimport { Fault } from '../errors.js';"],
    ['dsp/a.ts', "import type { SampleFormat } from '../sources/source.js';\nimport { b } from './b.js';"],
    [
      'decode/protocols/a.ts',
      "import { type Burst } from '../../dsp/burst.js';\nimport { crc } from '../crc16.js';",
    ],
    ['decode/a.ts', "// import 'node:fs'\n/* import 'pino' */ const uri = 'rtltcp://';"],
    ['dsp/a.ts', '/** Date.now() is not used. */\nthis.process(block);'],
    [
      'receiver/a.ts',
      "import { Worker } from 'node:worker_threads';\nimport { open } from '../sources/open.js';",
    ],
    ['commands/a.ts', "import { run } from '../daemon.js';\nimport { parseHertz } from '../quantity.js';"],
    [
      'synth/a.ts',
      "import { scm } from '../decode/protocols/scm.js';\nimport { pack } from '../dsp/samples.js';",
    ],
    ['cli.ts', "import { runErtd } from './commands/program.js';\nprocess.exit(process.argv.length);"],
    ['sinks/a.ts', 'const text = `process.exit(1)`;'],
  ])('nothing wrong with %s: %s', (path, source) => {
    expect(violationsOf(path, source)).toEqual([]);
  });

  it.each([
    'src/dsp/filterBank.ts',
    'src/Window.ts',
    'src/utils.ts',
    'src/dsp/fft-helpers.ts',
    'src/a_b.ts',
    'src/queue-manager.ts',
  ])('a bad name: %s', (path) => {
    expect(nameViolationsOf(path)).toHaveLength(1);
  });

  it.each(['src/crc16.ts', 'src/reed-solomon.ts', 'src/fft-js.d.ts', 'test/dsp/window.test.ts'])(
    'a good name: %s',
    (path) => {
      expect(nameViolationsOf(path)).toEqual([]);
    },
  );
});
