import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { EXIT } from '../src/errors.js';
import { directoryPerTest } from './sinks/database-fixture.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const pathOf = directoryPerTest();
const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** The stages of a recipe, each a list of instructions. */
function stagesOf(path: string): [instruction: string, rest: string][][] {
  const lines = readFileSync(join(ROOT, path), 'utf8')
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const stages: [string, string][][] = [];
  for (const line of lines) {
    const [, instruction, rest] = /^(\w+) (.*)$/.exec(line)!;
    if (instruction === 'FROM') stages.push([]);
    stages.at(-1)?.push([instruction, rest]);
  }
  return stages;
}

const [BUILD, IMAGE] = stagesOf('Dockerfile');

/** What COPY puts where: sources and target. */
const copiesOf = (stage: typeof BUILD) =>
  stage
    .filter(([instruction]) => instruction === 'COPY')
    .map(([, rest]) => rest.replace(/^--from=\w+ /, '').split(' '))
    .map((paths) => ({ sources: paths.slice(0, -1), target: paths.at(-1)! }));

/** The folder that a build begins with: what COPY takes, unless .dockerignore keeps it out. */
function buildFolder(): string {
  const allowed = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
  for (const { sources, target } of copiesOf(BUILD))
    for (const source of sources) {
      expect(existsSync(join(ROOT, source)), source).toBe(true);
      expect(allowed).toContain(`!${source}`);
      const into = target === './' ? source : target;
      cpSync(join(ROOT, source), pathOf(join('build', into)), { recursive: true });
    }
  return pathOf('build');
}

describe('Dockerfile', () => {
  it('has in it what it builds, and in the image what it needs to run', { timeout: 120_000 }, () => {
    const folder = buildFolder();
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const [, commands] = BUILD.filter(([instruction]) => instruction === 'RUN').at(-1)!;
    expect(commands).toBe('npm run build && npm prune --omit=dev');
    expect(spawnSync('npm', ['run', 'build'], { cwd: folder }).status).toBe(0);
    const image = pathOf('image');
    mkdirSync(image);
    for (const { sources, target } of copiesOf(IMAGE))
      for (const source of sources) {
        const inBuild = join(folder, source.replace(/^\/build\//, ''));
        expect(existsSync(inBuild), source).toBe(true);
        if (target === './node_modules') linkProductionModules(join(image, 'node_modules'));
        else cpSync(inBuild, join(image, target === './' ? 'package.json' : target), { recursive: true });
      }
    const [, link] = IMAGE.find(([, rest]) => rest.startsWith('ln -s'))!;
    const program = link.split(' ')[2].replace('/opt/ertd', image);
    for (const args of [['--version'], ['config', 'check'], ['collect', '--help'], ['run', '--help']])
      expect(spawnSync(process.execPath, [program, ...args], { env: { HOME: image } }).status, args[0]).toBe(
        0,
      );
    expect(readdirSync(join(image, 'dist/http/dashboard'))).toContain('index.html');
  });
});

/** As `npm prune --omit=dev` leaves them. */
function linkProductionModules(folder: string): void {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  type Package = { readonly dev?: boolean };
  for (const [path, { dev }] of Object.entries<Package>(packages)) {
    const [, name, inner] = /^node_modules\/((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(path) ?? [];
    if (name === undefined || inner !== undefined || dev === true || !existsSync(join(ROOT, path))) continue;
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    symlinkSync(join(ROOT, path), join(folder, name));
  }
}

describe('the add-on of Home Assistant', () => {
  const file = (name: string) => join(ROOT, 'packaging/homeassistant', name);
  const json = (name: string) => JSON.parse(readFileSync(file(name), 'utf8'));
  const PROGRAM = '/opt/ertd/packaging/homeassistant/run.js';

  it('is built of the image, for the machines that it is for', () => {
    const [stage] = stagesOf('packaging/homeassistant/Dockerfile').slice(-1);
    for (const { sources, target } of copiesOf(stage)) {
      expect(sources.filter((source) => !existsSync(file(source)))).toEqual([]);
      expect(target).toBe(PROGRAM);
    }
    const [, entry] = stage.find(([instruction]) => instruction === 'ENTRYPOINT')!;
    const [tini] = JSON.parse(IMAGE.find(([instruction]) => instruction === 'ENTRYPOINT')![1]);
    expect(JSON.parse(entry)).toEqual([tini, '--', 'node', PROGRAM]);
    const { arch, version, options, schema } = json('config.json');
    expect(Object.keys(json('build.json').build_from)).toEqual(arch);
    expect(version).toBe(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version);
    expect(Object.keys(options).filter((name) => !(name in schema))).toEqual([]);
  });

  /** What the supervisor answers who has the token. */
  async function supervisor(): Promise<string> {
    const data = { host: 'core-mosquitto', port: 1883, ssl: false, username: 'addons', password: 'hush' };
    const server = createServer(({ url, headers }, response) => {
      const isRight = url === '/services/mqtt' && headers.authorization === 'Bearer token';
      response.writeHead(isRight ? 200 : 401).end(JSON.stringify({ result: 'ok', data }));
    }).listen(0, '127.0.0.1');
    cleanups.push(() => server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** What `ertd config show` says, started as the add-on is. */
  async function shown(options: object, own = '', token = 'token') {
    for (const [folder, name, text] of [
      ['data', 'options.json', JSON.stringify(options)],
      ['config', 'config.toml', own],
    ] as const) {
      mkdirSync(pathOf(folder), { recursive: true });
      writeFileSync(join(pathOf(folder), name), text);
    }
    const env = {
      ...{ PATH: process.env.PATH, HOME: pathOf('data'), ERTD_DATABASE_PATH: '/data/ertd.db' },
      ...{ ADDON_DATA: pathOf('data'), ADDON_CONFIG: pathOf('config') },
      ...{ SUPERVISOR_URL: await supervisor(), SUPERVISOR_TOKEN: token },
    };
    const child = spawn(process.execPath, [file('run.js'), 'config', 'show'], { env });
    let [out, err] = ['', ''];
    child.stdout.on('data', (data: Buffer) => (out += data.toString()));
    child.stderr.on('data', (data: Buffer) => (err += data.toString()));
    const [status] = await once(child, 'close');
    return { status, out, err };
  }

  it('makes settings of its options, and of the broker that Home Assistant has', async () => {
    const meters = [
      { id: '10000001', name: 'House', commodity: 'electric', unit: 'kWh', scale: '0.01' },
      { id: '10000002', name: 'Garden' },
    ];
    const own = '[readings]\nunknown = "off"\n';
    const { status, out } = await shown({ source: 'rtltcp://radio:1234', meters, log_level: 'debug' }, own);
    expect(status).toBe(0);
    for (const line of [
      'source = "rtltcp://radio:1234"',
      'path = "/data/ertd.db"',
      'url = "mqtt://core-mosquitto:1883"',
      'user = "addons"',
      'level = "debug"',
      'unknown = "off"',
      'name = "Garden"',
      'scale = "0.01"',
    ])
      expect(out).toContain(line);
    expect(out).not.toContain('hush');
  });

  it('leaves a broker of the user alone, and does without one', async () => {
    const own = '[mqtt]\nurl = "mqtts://mine.example"\n';
    expect((await shown(json('config.json').options, own)).out).toContain('url = "mqtts://mine.example"');
    const { status, err, out } = await shown({ source: 'rtlsdr', meters: [] }, '', 'wrong');
    expect({ status, err }).toEqual({
      status: 0,
      err: 'Home Assistant names no MQTT broker: start the add-on Mosquitto, or set mqtt.url.\n',
    });
    expect(out).not.toContain('core-mosquitto');
  });

  it('has ertd say what is wrong with a file or an option', async () => {
    const wrong = await shown({ source: 'rtlsdr', meters: [{ id: 1, name: 'House', unit: 'mile' }] });
    expect(wrong.status).toBe(EXIT.config);
    expect(wrong.err).toContain('"mile"');
    expect((await shown({ source: 'rtlsdr' }, '[mqtt\n')).status).toBe(EXIT.config);
  });
});
