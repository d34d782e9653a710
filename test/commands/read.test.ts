import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { runErtd } from '../../src/commands/program.js';
import { RtlTcpPeer } from '../rtl-tcp-peer.js';
import { directoryPerTest, startedLedger } from '../sinks/database-fixture.js';
import { testContext } from './test-context.js';

const at = directoryPerTest();
const STREET = fileURLToPath(new URL('../../fixtures/iq/street_912.6M_2400k.cu8', import.meta.url));
const METER = 10_000_009;
/** What the meter says first in the recording. */
const FIRST_COUNTS = 233_096;

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function ertd(...args: string[]) {
  const context = testContext({ env: { ERTD_DATABASE_PATH: at('db') } });
  const status = await runErtd(args, context);
  return { status, out: context.out(), err: context.err() };
}

describe('ertd read --source', () => {
  it('reads a recording, without any database', async () => {
    const { status, out } = await ertd('read', String(METER), '--source', STREET);
    expect({ status, out }).toEqual({
      status: 0,
      out: expect.stringMatching(new RegExp(`^\\d{4}-\\S+Z ${METER} ${FIRST_COUNTS} counts\n$`)),
    });
  });

  it('knows the name and scale of a meter from the database, and writes nothing', async () => {
    const { sink } = await startedLedger(at('db'), {}, { own: [] });
    await sink.stop();
    await ertd('meters', 'add', String(METER), '--name', 'House', '--unit', 'kWh', '--scale', '0.01');
    const before = readFileSync(at('db'));
    const { status, out } = await ertd('read', 'House', '--source', STREET, '--output', 'json');
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      ...{ meter: `ert-${METER}`, id: METER, name: 'House', register: 'consumption' },
      ...{ counts: FIRST_COUNTS, value: '2330.96', unit: 'kWh' },
    });
    expect(readFileSync(at('db')).equals(before)).toBe(true);
  });

  it('listens to an rtl_tcp server until the meter is heard', { timeout: 30_000 }, async () => {
    const peer = new RtlTcpPeer();
    cleanups.push(() => peer.kill());
    await peer.listen();
    const air = readFileSync(STREET);
    const over = new AbortController();
    cleanups.push(async () => over.abort());
    function* chunks() {
      for (let start = 0; !over.signal.aborted; start = (start + 65_536) % air.length)
        yield air.subarray(start, start + 65_536);
    }
    void peer.play(chunks(), { signal: over.signal });
    const source = `rtltcp://127.0.0.1:${peer.port}`;
    const options = ['--rate', '2400000', '--center', '912600000', '--gain', '20', '--timeout', '20s'];
    const { status, out } = await ertd('read', String(METER), '--source', source, ...options);
    expect({ status, out }).toEqual({
      status: 0,
      out: expect.stringMatching(new RegExp(` ${METER} 2331?\\d+ counts\n$`)),
    });
  });

  it('refuses digits that are no ID, before it listens', async () => {
    for (const which of ['12345678901', '9999999999', '0'])
      expect(await ertd('read', which, '--source', STREET)).toMatchObject({
        status: 64,
        err: expect.stringContaining(`"${which}" is not the ID of a meter`),
      });
  });

  it('says so where nothing came', async () => {
    expect(await ertd('read', '10000055', '--source', STREET)).toMatchObject({
      status: 69,
      err: expect.stringContaining('no reading of 10000055 in it, of 46 packets'),
    });
    const peer = new RtlTcpPeer();
    cleanups.push(() => peer.kill());
    await peer.listen();
    const source = `rtltcp://127.0.0.1:${peer.port}`;
    expect(await ertd('read', String(METER), '--source', source, '--timeout', '300ms')).toMatchObject({
      status: 69,
      err: expect.stringContaining(`no reading of ${METER} within 0.3 s`),
    });
    expect(await ertd('read', String(METER), '--source', at('none.cu8'))).toMatchObject({ status: 66 });
  });
});
