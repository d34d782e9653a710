import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { backUp } from '../../src/sinks/sqlite-backup.js';
import { directoryPerTest, failureOf, rowsOf, scalarOf, startedSink } from './database-fixture.js';
import { scmPacket } from './reading-fixture.js';

const at = directoryPerTest();

async function filled(): Promise<string> {
  const { sink } = await startedSink(at('db'), { storePackets: true });
  sink.write(scmPacket());
  await sink.stop();
  return at('db');
}

describe('a backup', () => {
  it('is a database of one file, with what the other one has', async () => {
    await backUp(await filled(), at('copy'));
    expect(readdirSync(at('.')).filter((name) => name.startsWith('copy'))).toEqual(['copy']);
    const all = 'SELECT * FROM packets';
    expect(rowsOf(at('copy'), all)).toEqual(rowsOf(at('db'), all));
    expect(scalarOf(at('copy'), 'SELECT count(*) FROM packets')).toBe(1);
  });

  it('takes the place of an older one', async () => {
    writeFileSync(at('copy'), 'old');
    const { bytes } = await backUp(await filled(), at('copy'));
    expect(readFileSync(at('copy'))).toHaveLength(bytes);
    expect(scalarOf(at('copy'), 'PRAGMA integrity_check')).toBe('ok');
  });

  it('is of one moment while another process writes', { timeout: 60_000 }, async () => {
    const script = new URL('./crash-writer.ts', import.meta.url).pathname;
    const writer = spawn(process.execPath, ['--import', 'tsx', script, at('db'), '250'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ended = once(writer, 'exit');
    let copies = 0;
    for await (const _line of createInterface({ input: writer.stdout })) {
      if (copies === 3) {
        writer.kill('SIGKILL');
        continue;
      }
      await backUp(at('db'), at(`copy${copies}`));
      expect(Number(scalarOf(at(`copy${copies}`), 'SELECT count(*) FROM packets')) % 250).toBe(0);
      copies += 1;
    }
    await ended;
    expect(copies).toBe(3);
  });

  it('of a damaged database is refused, and the older one stays', async () => {
    const path = await filled();
    const bytes = readFileSync(path);
    bytes.fill(0x55, 5 * 4096, 7 * 4096);
    writeFileSync(path, bytes);
    writeFileSync(at('copy'), 'old');
    expect(await failureOf(backUp(path, at('copy')))).toMatchObject({ code: 'IO' });
    expect(readFileSync(at('copy'), 'utf8')).toBe('old');
    expect(readdirSync(at('.')).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('says what is wrong with where it is to go', async () => {
    const path = await filled();
    mkdirSync(at('folder'));
    expect(await failureOf(backUp(path, path))).toMatchObject({
      code: 'USAGE',
      message: `${path} is the database itself; name another file.`,
    });
    expect(await failureOf(backUp(path, at('folder')))).toMatchObject({ code: 'USAGE' });
    expect(await failureOf(backUp(path, at('none/copy')))).toMatchObject({
      code: 'IO',
      message: `${at('none/copy')} cannot be written: there is no folder ${at('none')}.`,
    });
    expect(await failureOf(backUp(at('nothing'), at('copy')))).toMatchObject({ code: 'INPUT_NOT_FOUND' });
  });
});
