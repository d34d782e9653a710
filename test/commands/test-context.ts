import { Readable, Writable } from 'node:stream';
import type { CommandContext } from '../../src/commands/context.js';

/** A process for a command under test: keeps what is printed. */
export interface TestContext extends CommandContext {
  readonly out: () => string;
  readonly err: () => string;
}

/** @param changes whatever of the process should be different: `env`, `stdin`, an aborted `signal`, … */
export function testContext(changes: Partial<CommandContext> = {}): TestContext {
  const [stdout, stderr] = [new Recorder(), new Recorder()];
  return {
    stdin: Readable.from([]),
    stdout,
    stderr,
    signal: new AbortController().signal,
    onFlushRequest: () => {},
    env: {},
    ...changes,
    out: () => stdout.text,
    err: () => stderr.text,
  };
}

/** A stream that keeps what is written to it. */
export class Recorder extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
