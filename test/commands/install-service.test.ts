import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runErtd } from '../../src/commands/program.js';
import { unitFor } from '../../src/commands/service-files.js';
import { directoryPerTest } from '../sinks/database-fixture.js';
import { testContext } from './test-context.js';

const pathOf = directoryPerTest();

async function installService(...args: string[]) {
  const context = testContext();
  const status = await runErtd(['install-service', '--root', pathOf('root'), ...args], context);
  return { status, lines: context.out().trimEnd().split('\n'), err: context.err() };
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length))
    .sort();

const FILES = [
  '/etc/ertd/config.toml',
  '/etc/modprobe.d/ertd-rtlsdr.conf',
  '/etc/systemd/system/ertd.service',
  '/etc/sysusers.d/ertd.conf',
  '/etc/udev/rules.d/61-ertd-rtlsdr.rules',
];

describe('ertd install-service', () => {
  it('puts the files in place and says so, and takes all but the configuration away', async () => {
    const { status, lines, err } = await installService();
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(filesBelow(pathOf('root'))).toEqual(FILES);
    expect([...lines].sort()).toEqual(FILES.map((file) => `Wrote ${pathOf('root')}${file}.`).sort());
    const unit = readFileSync(pathOf('root/etc/systemd/system/ertd.service'), 'utf8');
    const [, node, program] = /^ExecStart=(\S+) (\S+) run$/m.exec(unit) ?? [];
    expect(node).toBe(process.execPath);
    expect(existsSync(program)).toBe(true);

    const removal = await installService('--uninstall');
    expect(removal.lines).toContain(`Left ${pathOf('root')}/etc/ertd/config.toml, which is yours.`);
    expect(filesBelow(pathOf('root'))).toEqual(['/etc/ertd/config.toml']);
    expect((await installService('--uninstall')).status).toBe(0);
  });

  it('can be run again, and leaves the configuration as it is', async () => {
    mkdirSync(pathOf('root/etc/ertd'), { recursive: true });
    writeFileSync(pathOf('root/etc/ertd/config.toml'), '[receiver]\ngainDb = 28\n');
    await installService();
    writeFileSync(pathOf('root/etc/modprobe.d/ertd-rtlsdr.conf'), '# old\n');
    const { lines } = await installService();
    expect(lines).toContain(`Left ${pathOf('root')}/etc/ertd/config.toml as you have it.`);
    expect(lines).toContain(`Wrote ${pathOf('root')}/etc/modprobe.d/ertd-rtlsdr.conf anew.`);
    expect(lines.filter((line) => line.endsWith('is as it should be.'))).toHaveLength(3);
    expect(readFileSync(pathOf('root/etc/ertd/config.toml'), 'utf8')).toContain('gainDb = 28');
  });

  it('says in one sentence what cannot be written', async () => {
    writeFileSync(pathOf('root'), '');
    const { status, err } = await installService();
    expect(status).toBe(74);
    expect(err).toMatch(/^ertd: .+\/etc\/sysusers\.d\/ertd\.conf cannot be changed: ENOTDIR\.\n$/);
  });

  it.each([
    ['/home/pi/.nvm/versions/node/v22.12.0/bin/node', '/opt/ertd/bin/ertd.js', /^Node\.js is in \/home\/pi/],
    ['/usr/bin/node', '/home/pi/ertd/bin/ertd.js', /^ertd is in \/home\/pi.*copy it to \/opt\/ertd/],
  ])('refuses paths that a service does not see: %s %s', (node, program, message) => {
    expect(() => unitFor('ExecStart=/usr/local/bin/ertd run', node, program)).toThrow(
      expect.objectContaining({ exitCode: 78, message: expect.stringMatching(message) }),
    );
  });

  it.runIf(spawnSync('systemd-sysusers', ['--version']).status === 0)('describes a user', async () => {
    await installService();
    const { status } = spawnSync('systemd-sysusers', ['--root', pathOf('root'), '--dry-run']);
    expect(status).toBe(0);
  });
});
