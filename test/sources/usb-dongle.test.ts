import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SampleSource, SourceEvent, Tuning } from '../../src/sources/source.js';
import { UsbDongleSource } from '../../src/sources/usb-dongle.js';
import { areUsbPackagesInstalled, loadRtlDriver, openByLibusb } from '../../src/sources/usb-packages.js';
import { FakeDongles } from '../fake-dongles.js';
import { FakeUsbDongle, type FakeUsbOptions } from '../fake-usb-dongle.js';
import { directoryPerTest, failureOf } from '../sinks/database-fixture.js';

const wanted: Tuning = { centerHz: 912_600_000, sampleRateHz: 2_359_296, gainDb: 28, ppm: 0 };
const DONGLE = { serial: '00000042', port: '1-1.2' };
const PATIENCE = { timeout: 10_000, interval: 10 };

const pathOf = directoryPerTest();
let machine: FakeDongles;
const sources: SampleSource[] = [];
const streams: NodeJS.Timeout[] = [];

beforeEach(() => {
  machine = new FakeDongles(pathOf('machine'));
  machine.plug(DONGLE);
});

afterEach(async () => {
  await Promise.all(sources.splice(0).map((source) => source.close()));
  for (const stream of streams.splice(0)) clearInterval(stream);
});

function newSource(options: FakeUsbOptions = {}, serial = '42') {
  const usb = new FakeUsbDongle(options);
  const events: SourceEvent[] = [];
  const onEvent = (event: SourceEvent): void => void events.push(event);
  const machineRoot = machine.root;
  const source = new UsbDongleSource({ serial, machineRoot, usb: usb.access, onEvent, stallMs: 300 });
  sources.push(source);
  // As fast as a dongle fills its reads.
  streams.push(setInterval(() => usb.send(200), 28));
  return { usb, source, events };
}

/** Reads on, and looks at what comes. */
function reading(source: SampleSource) {
  const seen = { samples: 0, gaps: 0, values: new Set<number>() };
  const read = async (): Promise<void> => {
    let next = 0;
    for await (const { bytes, firstSample } of source.blocks(new AbortController().signal)) {
      if (firstSample !== next) seen.gaps += 1;
      seen.samples += bytes.length / 2;
      next = firstSample + bytes.length / 2;
      seen.values.add(bytes[0]);
    }
  };
  void read();
  return seen;
}

const moreThan = (seen: { samples: number }, samples: number) =>
  vi.waitFor(() => expect(seen.samples).toBeGreaterThan(samples), PATIENCE);

describe('UsbDongleSource', { timeout: 30_000 }, () => {
  it('opens the dongle, sets it by its registers and delivers its samples', async () => {
    const { usb, source, events } = newSource();
    expect([source.id, source.live]).toEqual(['usb:42', true]);
    expect(await source.open(wanted)).toEqual(wanted);
    expect(Math.abs(usb.centerHz - wanted.centerHz)).toBeLessThan(1000);
    expect(usb.sampleRateHz).toBeCloseTo(wanted.sampleRateHz, 0);
    expect(usb.gainSteps).toEqual([8, 8]);
    expect([usb.biasTee, source.tuner]).toEqual([false, 'R820T']);
    const seen = reading(source);
    await moreThan(seen, 100_000);
    expect(seen).toMatchObject({ gaps: 0, values: new Set([200]) });
    // One read after the other would lose what comes between them.
    expect(usb.mostReads).toBeGreaterThan(8);
    expect(events).toEqual([]);
    await source.close();
    expect(usb.isOpen).toBe(false);
  });

  it('sets it anew while it runs', async () => {
    const { usb, source } = newSource();
    await source.open(wanted);
    source.retune({ ...wanted, centerHz: 915e6, gainDb: 'agc', biasTee: true });
    source.retune({ ...wanted, centerHz: 917.4e6, gainDb: 'agc', biasTee: true });
    await vi.waitFor(() => expect(Math.abs(usb.centerHz - 917.4e6)).toBeLessThan(1000), PATIENCE);
    await vi.waitFor(() => expect([usb.gainSteps, usb.biasTee]).toEqual([null, true]), PATIENCE);
    source.retune({ ...wanted, centerHz: 917.4e6, gainDb: 3.5, ppm: 50 });
    await vi.waitFor(() => expect(usb.gainSteps).toEqual([1, 1]), PATIENCE);
    // Believing a crystal that is 50 ppm fast, the synthesiser is set lower.
    expect((usb.centerHz + 3.57e6) / (917.4e6 + 3.57e6)).toBeCloseTo(1 - 50e-6, 5);
  });

  it('drives the tuner of the Blog V4', async () => {
    const { usb, source } = newSource({
      tunerAddress: 0x74,
      manufacturerName: 'RTLSDRBlog',
      productName: 'Blog V4',
    });
    await source.open(wanted);
    expect(source.tuner).toBe('R828D');
    expect(Math.abs(usb.centerHz - wanted.centerHz)).toBeLessThan(1000);
  });

  it.each([
    [{ tunerAddress: null }, 'has another tuner than an R820T'],
    [{ tunerAddress: 0x74 }, 'has an R828D with another crystal'],
  ])('refuses a tuner that it cannot drive: %j', async (options, why) => {
    const { usb, source } = newSource(options);
    const fault = await failureOf(source.open(wanted));
    expect(fault).toMatchObject({ code: 'SOURCE_NOT_FOUND', message: expect.stringContaining(why) });
    expect(fault).toMatchObject({ message: expect.stringContaining('rtlsdr:SERIAL') });
    expect(usb.isOpen).toBe(false);
  });

  it('refuses a tuner that does not lock', async () => {
    const { usb, source } = newSource();
    usb.locks = false;
    expect(await failureOf(source.open(wanted))).toMatchObject({
      code: 'SOURCE_NOT_FOUND',
      message: expect.stringContaining('does not lock onto 912.6 MHz'),
    });
    expect(usb.isOpen).toBe(false);
  });

  it('opens it again where it does not lock later', async () => {
    const { usb, source, events } = newSource();
    await source.open(wanted);
    await moreThan(reading(source), 1000);
    usb.locks = false;
    source.retune?.({ ...wanted, centerHz: 915e6 });
    await vi.waitFor(() => expect(events[0]?.message).toContain('does not lock onto 915 MHz'), PATIENCE);
    usb.locks = true;
    await vi.waitFor(() => expect(events.at(-1)).toMatchObject({ kind: 'restored' }), PATIENCE);
    expect(Math.abs(usb.centerHz - 915e6)).toBeLessThan(1000);
  });

  it.each([
    ['unplug', 'is lost'],
    ['stall', 'is lost'],
    ['silence', 'No samples from the dongle 42 for 0.3 s'],
  ] as const)('comes back after a %s', async (what, why) => {
    const { usb, source, events } = newSource();
    await source.open(wanted);
    const seen = reading(source);
    await moreThan(seen, 50_000);
    if (what === 'unplug') machine.plug();
    usb[what]();
    await vi.waitFor(() => expect(events).toHaveLength(1), PATIENCE);
    expect(events[0].message).toContain(why.replace('42', '00000042'));
    if (what !== 'stall') await vi.waitFor(() => expect(usb.isOpen).toBe(false), PATIENCE);
    if (what !== 'stall') usb.plug();
    machine.plug({ ...DONGLE, port: '1-1.4' });
    const before = seen.samples;
    await vi.waitFor(() => expect(events).toHaveLength(2), PATIENCE);
    expect(events[1]).toMatchObject({ kind: 'restored' });
    await moreThan(seen, before + 50_000);
    // Never zeros in place of what was lost: it shows as a gap.
    expect(seen).toMatchObject({ gaps: 1, values: new Set([200]) });
    expect(Math.abs(usb.centerHz - wanted.centerHz)).toBeLessThan(1000);
  });

  it('lets an outage go on until the dongle is back, and says why', async () => {
    const { usb, source } = newSource();
    await source.open(wanted);
    await moreThan(reading(source), 1000);
    machine.plug({ serial: '00000043', port: '1-1.2' });
    usb.unplug();
    await vi.waitFor(() => expect(source.health?.outage?.why).toContain('is not plugged in'), PATIENCE);
  });

  it.each([
    ['99', {}, 'There is no dongle with the serial 99'],
    ['42', { state: 'in use' }, 'in use by another program'],
    ['', { state: 'unplugged' }, 'No RTL-SDR dongle is plugged into this machine'],
  ] as const)('says what is wrong with %j %j', async (serial, change, why) => {
    machine.plug({ ...DONGLE, ...change });
    const { source } = newSource({}, serial);
    expect(await failureOf(source.open(wanted))).toMatchObject({
      code: 'SOURCE_NOT_FOUND',
      message: expect.stringContaining(why),
    });
  });

  it.each([
    [{ sampleRateHz: 12.5e6 }, '3.2 MS/s at most'],
    [{ bandwidthHz: 2e6 }, "cannot set the width of the tuner's filter"],
  ])('says that it cannot be set to %j', async (change, why) => {
    const { source } = newSource();
    const fault = await failureOf(source.open({ ...wanted, ...change }));
    expect(fault).toMatchObject({ code: 'CONFIG', message: expect.stringContaining(why) });
  });
});

describe('the packages for direct USB', () => {
  it('are what ertd takes them for', async () => {
    const driver = await loadRtlDriver();
    expect(driver.registersOf(new FakeUsbDongle())).toHaveProperty('setSysReg');
    expect(await openByLibusb(250, 250)).toBeNull();
    expect(areUsbPackagesInstalled()).toBe(true);
  });

  it('are asked for where they are missing', () => {
    const source = fileURLToPath(new URL('../../src/sources/usb-packages.ts', import.meta.url));
    buildSync({
      entryPoints: [source],
      outdir: pathOf('elsewhere'),
      bundle: true,
      format: 'esm',
      platform: 'node',
    });
    writeFileSync(pathOf('elsewhere/package.json'), '{"type":"module"}');
    const script = `
      import { areUsbPackagesInstalled, loadRtlDriver, openByLibusb } from './usb-packages.js';
      console.log(areUsbPackagesInstalled());
      for (const use of [openByLibusb, loadRtlDriver]) await use().catch(({ message }) => console.log(message));`;
    writeFileSync(pathOf('elsewhere/script.js'), script);
    const said = execFileSync(process.execPath, [pathOf('elsewhere/script.js')], { encoding: 'utf8' });
    expect(said.trimEnd().split('\n')).toEqual([
      'false',
      expect.stringMatching(/needs the package usb, which is not installed: npm install usb@/),
      expect.stringMatching(
        /needs the package @jtarrio\/webrtlsdr, which is not installed: npm install usb@/,
      ),
    ]);
  });
});
