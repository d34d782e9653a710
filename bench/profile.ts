/**
 * Where the receiver's time goes: self time by stage, by file and by function, and by function with what it calls, on
 * noise and on traffic. Loops in WebAssembly stand under their names. What the engine has put into its caller counts there, and may do so on one air
 * and not on another.
 *
 *   npm run bench:profile [-- packets-per-second …] [--kernel simd|reference] [--scm]
 *
 *   --scm   looks for SCM alone
 */
import { Session } from 'node:inspector/promises';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { scm } from '../src/decode/protocols/scm.js';
import type { KernelName } from '../src/dsp/kernel-loops.js';
import { blocksOf, traffic } from './airs.js';
import { type ReceiveOptions, Reception } from './receive.js';
import { SAMPLE_RATE_HZ } from './scene.js';
import { table } from './table.js';

const AIR_S = 8;
const WARM_RUNS = 8;
const RUNS = 4;
const SAMPLING_US = 200;
/** Functions that are named one by one; the others count with their file. */
const FUNCTIONS = 15;
const WHOLE_FUNCTIONS = 40;

/** Less than this is left out, ns a sample. */
const LEAST_NS = 0.2;

/** Stages of `docs/how-it-works.md` and the files they are in. */
const STAGES: readonly (readonly [name: string, files: RegExp])[] = [
  [
    'finding: every sample',
    /^WebAssembly|dsp\/(kernel|wasm\/|reference|filterbank|samples|rows|plain-rows|noise|front-end|batch-samples|recent-samples)/,
  ],
  ['finding: sync search', /dsp\/(detector|correlator|matches|search-word)/],
  [
    'screening and shortlist',
    /dsp\/(screening|shortlist|preview|packet-powers|pick-chips|plain-chips|chip-loops|linear-check|burst)/,
  ],
  [
    'judging: candidates',
    /dsp\/(downconverter|chip-|eye|tuner|demodulator|likelihood|coherent|wide-judge|line-code|bessel)/,
  ],
  ['foreign signals', /dsp\/(activity|trace|hits|kept-chips|splatter|standing)|^quickselect/],
  ['decoding', /^decode\//],
];

/** Nanoseconds per sample of each place in the code. */
type SelfTimes = Map<string, number>;

interface Place {
  readonly file: string;
  readonly name: string;
  readonly ns: number;
}

interface Profile {
  readonly places: readonly Place[];
  /** By function, what it calls included. */
  readonly whole: SelfTimes;
}

/** Runs a receiver that has been running for a while under the profiler. */
async function profile(bytes: Uint8Array, options: ReceiveOptions): Promise<Profile> {
  const reception = new Reception(SAMPLE_RATE_HZ, options);
  for (let run = 0; run < WARM_RUNS; run++) reception.take(blocksOf(bytes));
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLING_US });
  await session.post('Profiler.start');
  for (let run = 0; run < RUNS; run++) reception.take(blocksOf(bytes));
  const { profile: recorded } = await session.post('Profiler.stop');
  session.disconnect();
  const samples = (RUNS * bytes.length) / 2;
  const selfUs = new Map<number, number>();
  recorded.samples?.forEach((node, i) => {
    selfUs.set(node, (selfUs.get(node) ?? 0) + (recorded.timeDeltas?.[i] ?? 0));
  });
  const places = recorded.nodes.map(({ id, callFrame: { url, functionName } }) => ({
    file: fileOf(url, functionName),
    name: functionName || '(anonymous)',
    ns: (1000 * (selfUs.get(id) ?? 0)) / samples,
  }));
  const callers = new Map(
    recorded.nodes.flatMap(({ children = [] }, at) => children.map((child) => [child, at] as const)),
  );
  const whole: SelfTimes = new Map();
  recorded.nodes.forEach((_, at) => {
    const names = new Set<string>();
    for (let up: number | undefined = at; up !== undefined; up = callers.get(recorded.nodes[up].id)) {
      names.add(functionOf(places[up]));
    }
    for (const name of names) whole.set(name, (whole.get(name) ?? 0) + places[at].ns);
  });
  return { places, whole };
}

function functionOf({ name, file }: Place): string {
  return `${name} (${file})`;
}

/** A file below `src`, or what else takes time. */
function fileOf(url: string, functionName: string): string {
  if (url.startsWith('wasm:')) return 'WebAssembly';
  if (url === '') return functionName.startsWith('(') ? functionName : '(engine)';
  const [, below] = url.split('/src/');
  return below ?? basename(url);
}

function stageOf(file: string): string {
  return STAGES.find(([, files]) => files.test(file))?.[0] ?? 'the rest';
}

function summed(places: readonly Place[], of: (place: Place) => string): SelfTimes {
  const times: SelfTimes = new Map();
  for (const place of places) times.set(of(place), (times.get(of(place)) ?? 0) + place.ns);
  return times;
}

/** The greatest of any air first. */
function print(
  title: string,
  airs: readonly string[],
  times: readonly SelfTimes[],
  totals: readonly number[],
  most: number,
): void {
  const names = [...new Set(times.flatMap((one) => [...one.keys()]))];
  const greatest = (name: string): number => Math.max(...times.map((one) => one.get(name) ?? 0));
  const shown = names
    .sort((one, other) => greatest(other) - greatest(one))
    .slice(0, most)
    .filter((name) => greatest(name) >= LEAST_NS);
  const cells = (name: string): string[] =>
    times.flatMap((one, i) => {
      const ns = one.get(name) ?? 0;
      return [ns.toFixed(1), `${((100 * ns) / totals[i]).toFixed(1)} %`];
    });
  const head = [title, ...airs.flatMap((air) => [`${air}, ns`, 'share'])];
  const all = ['all', ...totals.flatMap((total) => [total.toFixed(1), '100 %'])];
  console.log(`${table(head, [...shown.map((name) => [name, ...cells(name)]), all])}\n`);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { kernel: { type: 'string' }, scm: { type: 'boolean', default: false } },
});
const rates = positionals.length > 0 ? positionals.map(Number) : [0, 10, 100];
const airs = rates.map((rate) => (rate === 0 ? 'noise' : `${rate}/s`));
const kernel: KernelName | undefined =
  values.kernel === 'reference' || values.kernel === 'simd' ? values.kernel : undefined;
const options = { kernel, ...(values.scm && { protocols: [scm] }) };
const profiles: Profile[] = [];
for (const rate of rates) profiles.push(await profile(traffic(rate, AIR_S), options));
const totals = profiles.map(({ places }) => places.reduce((sum, { ns }) => sum + ns, 0));
console.log('Self time in ns a sample; air of so many packets a second\n');
const stages = profiles.map(({ places }) => summed(places, ({ file }) => stageOf(file)));
print('stage', airs, stages, totals, STAGES.length + 1);
const files = profiles.map(({ places }) => summed(places, ({ file }) => file));
print('file', airs, files, totals, Number.POSITIVE_INFINITY);
const functions = profiles.map(({ places }) => summed(places, functionOf));
print('function', airs, functions, totals, FUNCTIONS);
const whole = profiles.map((one) => one.whole);
print('function with what it calls', airs, whole, totals, WHOLE_FUNCTIONS);
