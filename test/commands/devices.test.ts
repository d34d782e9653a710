import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { runErtd } from '../../src/commands/program.js';
import { bestKernel } from '../../src/dsp/kernel.js';
import { type FakeDongle, FakeDongles } from '../fake-dongles.js';
import { directoryPerTest } from '../sinks/database-fixture.js';
import { testContext } from './test-context.js';

const pathOf = directoryPerTest();
afterEach(() => vi.unstubAllEnvs());

function machineWith(...dongles: FakeDongle[]): FakeDongles {
  const machine = new FakeDongles(pathOf('machine'));
  machine.plug(...dongles);
  vi.stubEnv('PATH', machine.env.PATH);
  return machine;
}

async function devices(root: string, ...args: string[]): Promise<string> {
  const context = testContext();
  expect(await runErtd(['devices', '--root', root, ...args], context)).toBe(0);
  expect(context.err()).toBe('');
  return context.out();
}

describe('ertd devices', () => {
  it('tells that there is nothing', async () => {
    const { root } = machineWith();
    expect(await devices(root)).toMatch(
      /^No RTL-SDR dongle is plugged in\.\nDongles are opened by .*\/rtl_tcp\.\n.* usb: .*\nSignal processing .*\n$/,
    );
    expect(await devices('/nonexistent')).toMatch(/^This system does not tell which USB devices it has\.\n/);
    vi.stubEnv('PATH', '/nonexistent');
    expect(await devices(root)).toContain('is not installed.\n  sudo apt install rtl-sdr\n');
  });

  it('lists dongles and nothing else that is plugged in', async () => {
    const { root } = machineWith({ serial: '00000042', port: '1-1.2' });
    mkdirSync(join(root, 'sys/bus/usb/devices/1-1'));
    writeFileSync(join(root, 'sys/bus/usb/devices/1-1/idVendor'), '0424\n');
    writeFileSync(join(root, 'sys/bus/usb/devices/1-1/idProduct'), '9514\n');
    expect((await devices(root)).split('\n').slice(0, 3)).toEqual([
      'rtlsdr:00000042  usb:00000042  free',
      `  Realtek RTL2838UHIDIR, 0bda:2838, in socket 1-1.2, ${root}/dev/bus/usb/001/004`,
      expect.stringMatching(/^Dongles are opened by /),
    ]);
  });

  it('tells who has taken a dongle, and the command that mends it', async () => {
    const { root } = machineWith(
      { serial: 'A', port: '1-1', driver: 'dvb_usb_rtl28xxu' },
      { serial: 'B', port: '1-2', state: 'in use' },
      { serial: 'C', port: '1-3', state: 'in use' },
    );
    mkdirSync(join(root, 'proc/1234/fd'), { recursive: true });
    writeFileSync(join(root, 'proc/1234/comm'), 'dump1090\n');
    symlinkSync(join(root, 'dev/bus/usb/001/005'), join(root, 'proc/1234/fd/7'));
    const text = await devices(root);
    expect(text).toMatch(
      /rtlsdr:A {2}usb:A {2}taken\n.*\n.*dvb_usb_rtl28xxu has taken it.*\n.*sudo modprobe -r dvb/,
    );
    expect(text).toMatch(
      /rtlsdr:B {2}usb:B {2}taken\n.*\n {2}Process 1234, dump1090, has it open\.\n {4}sudo kill 1234/,
    );
    expect(text).toMatch(
      /rtlsdr:C {2}usb:C {2}taken\n.*\n {2}A process of another user has it open\.\n {4}sudo ertd/,
    );
  });

  it('tells that two dongles cannot be told apart', async () => {
    const { root } = machineWith({ serial: '1', port: '1-1' }, { serial: '1', port: '1-2' });
    expect((await devices(root)).match(/rtl_eeprom -s NEW/g)).toHaveLength(2);
  });

  it.skipIf(process.getuid?.() === 0)('tells that a dongle may not be opened', async () => {
    const { root } = machineWith({ serial: '1', port: '1-1' });
    chmodSync(join(root, 'dev/bus/usb/001/004'), 0);
    expect(await devices(root)).toMatch(/The user \S+ may not open it .*\n {4}sudo apt install rtl-sdr/);
  });

  it('prints JSON for other programs', async () => {
    const machine = machineWith({ serial: 'A', port: '1-1', driver: 'dvb_usb_rtl28xxu' });
    expect(JSON.parse(await devices(machine.root, '--output', 'json'))).toMatchObject({
      dongles: [
        {
          ...{ serial: 'A', port: '1-1', usbId: '0bda:2838', driver: 'dvb_usb_rtl28xxu', holder: null },
          problems: [{ mend: expect.stringContaining('sudo modprobe -r dvb_usb_rtl28xxu') }],
        },
      ],
      rtlTcp: expect.stringMatching(/\/rtl_tcp$/),
      directUsb: true,
      kernel: bestKernel(),
    });
  });
});
