import { describe, expect, it } from 'vitest';
import { Fault } from '../src/errors.js';
import { createLogger, type LogOutput } from '../src/log.js';

/** An output that keeps what it is given, and looks like a terminal or a pipe. */
function capture(isTTY: boolean): LogOutput & { text: string } {
  return {
    text: '',
    isTTY,
    write(line: string) {
      this.text += line;
    },
  };
}

describe('createLogger', () => {
  it('writes JSON lines to a pipe, before the call returns', () => {
    const output = capture(false);
    createLogger({ level: 'info', format: 'auto' }, output)
      .child({ component: 'receiver' })
      .warn({ lost: 3 }, 'late');
    const { time, ...line } = JSON.parse(output.text);
    expect(line).toEqual({ level: 'warn', component: 'receiver', lost: 3, msg: 'late' });
    expect(new Date(time).toISOString()).toBe(time);
  });

  it('writes for people to a terminal, before the call returns', () => {
    const output = capture(true);
    createLogger({ level: 'info', format: 'auto' }, output)
      .child({ component: 'receiver' })
      .warn({ lost: 3 }, 'late');
    expect(output.text).toMatch(
      /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\] WARN: receiver: late \{"lost":3\}\n$/,
    );
  });

  it('writes colours only where the terminal has them', () => {
    const coloured = { ...capture(true), hasColors: () => true };
    createLogger({ level: 'info', format: 'auto' }, coloured).info('x');
    expect(coloured.text).toContain('\u001b[');
  });

  it('lets the format be chosen', () => {
    const [pretty, json] = [capture(false), capture(true)];
    createLogger({ level: 'info', format: 'pretty' }, pretty).info('x');
    createLogger({ level: 'info', format: 'json' }, json).info('x');
    expect(pretty.text).toMatch(/^\[.*INFO: x\n$/);
    expect(JSON.parse(json.text).msg).toBe('x');
  });

  it('drops what is below the level, and everything when silent', () => {
    const output = capture(false);
    createLogger({ level: 'warn', format: 'json' }, output).info('x');
    createLogger({ level: 'silent', format: 'json' }, output).fatal('x');
    expect(output.text).toBe('');
  });

  const fault = new Fault('SOURCE_LOST', 'The radio went away.', { cause: new Error('read ECONNRESET') });

  it('tells a fault by code and sentence, with its cause and no stack', () => {
    const [pretty, json] = [capture(true), capture(false)];
    createLogger({ level: 'info', format: 'pretty' }, pretty).error({ err: fault }, 'will retry');
    createLogger({ level: 'info', format: 'json' }, json).error({ err: fault }, 'will retry');
    expect(pretty.text).toMatch(/ERROR: will retry \{"err":"SOURCE_LOST: The radio went away."\}\n$/);
    expect(JSON.parse(json.text).err).toEqual({
      code: 'SOURCE_LOST',
      message: 'The radio went away.',
      cause: 'read ECONNRESET',
    });
  });

  it('tells a bug with its stack', () => {
    const output = capture(false);
    createLogger({ level: 'info', format: 'json' }, output).error(new TypeError('impossible'));
    expect(JSON.parse(output.text).err.stack).toContain('log.test.ts');
  });
});
