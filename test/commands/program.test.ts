import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { ertdProgram, runErtd } from '../../src/commands/program.js';
import { testContext } from './test-context.js';

async function ertd(...args: string[]) {
  const context = testContext();
  const status = await runErtd(args, context);
  return { status, out: context.out(), err: context.err() };
}

describe('ertd', () => {
  it('prints its version', async () => {
    expect(await ertd('--version')).toEqual({
      status: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      err: '',
    });
    expect(await ertd('-V')).toEqual(await ertd('--version'));
  });

  it('prints help with a sentence, the commands and examples', async () => {
    const { status, out, err } = await ertd('--help');
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toContain('Receives the radio packets of ERT utility meters');
    for (const command of (await ertdProgram(testContext())).commands)
      expect(out).toMatch(new RegExp(`^  ${command.name()} `, 'm'));
    expect(out.match(/^ {2}ertd \w+ .*# /gm)).toHaveLength(3);
  });

  it('prints help on stderr and exits with 64 where there is no command', async () => {
    const { status, out, err } = await ertd();
    expect({ status, out }).toEqual({ status: 64, out: '' });
    expect(err).toContain('Usage: ertd');
  });

  it.each([
    [['confg'], "ertd: unknown command 'confg' (Did you mean config?)\n"],
    [['--verbos'], "ertd: unknown option '--verbos' (Did you mean --version?)\n"],
    [['config', 'chek'], "ertd: unknown command 'chek' (Did you mean check?)\n"],
    [['config', 'show', '--pmp', '3'], "ertd: unknown option '--pmp' (Did you mean --ppm?)\n"],
    [['config', 'show', '--ppm'], "ertd: option '--ppm <ppm>' argument missing\n"],
  ])('refuses %j in one sentence with 64', async (args, err) => {
    expect(await ertd(...args)).toEqual({ status: 64, out: '', err });
  });
});

/** Every command below `command`, itself included, with its words. */
function everyCommand(command: Command, words = command.name()): [string, Command][] {
  return [
    [words, command],
    ...command.commands.flatMap((child) => everyCommand(child, `${words} ${child.name()}`)),
  ];
}

describe.each(everyCommand(await ertdProgram(testContext())))('%s', (words, command) => {
  it('has help that says what it does', async () => {
    const { status, out } = await ertd(...words.split(' ').slice(1), '--help');
    expect(status).toBe(0);
    expect(out).toContain(`Usage: ${words}`);
    expect(command.description()).not.toBe('');
    for (const option of command.options) expect(option.description, option.flags).not.toBe('');
  });
});
