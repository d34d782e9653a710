import { describe, expect, it } from 'vitest';
import { splitCommand } from '../../src/sources/command-line.js';

describe('splitCommand', () => {
  it.each([
    ['rx_sdr -f 912600000 -', ['rx_sdr', '-f', '912600000', '-']],
    ['  a   b\tc ', ['a', 'b', 'c']],
    [`sh -c 'cat "x y" | tail'`, ['sh', '-c', 'cat "x y" | tail']],
    [`a "b \\"c\\" \\\\ $d" ''`, ['a', 'b "c" \\ $d', '']],
    ['/opt/my\\ programs/rx; rm *', ['/opt/my programs/rx;', 'rm', '*']],
    [`a'b'"c"d`, ['abcd']],
  ])('%s', (text, words) => {
    expect(splitCommand(text)).toEqual(words);
  });

  it.each([`rx 'a`, 'rx "a', 'rx \\', '', '  '])('refuses "%s"', (text) => {
    expect(() => splitCommand(text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});
