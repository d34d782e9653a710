import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The built program. */
export const ERTD = fileURLToPath(new URL('../bin/ertd.js', import.meta.url));

/** How long a program took, by the clock on the wall and by those of its cores. */
export interface Timed {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** What it printed, on standard output and on standard error. */
  readonly text: string;
}

/** Runs a program to its end, and the shell around it that adds up the time of its threads and processes. */
export function timed(command: string, ...args: readonly string[]): Timed {
  const began = performance.now();
  const script = '"$@" 2>&1 && times';
  const { stdout, status } = spawnSync('sh', ['-c', script, 'sh', command, ...args], { encoding: 'utf8' });
  const seconds = (performance.now() - began) / 1000;
  if (status !== 0) throw new Error(`${command} failed: ${stdout}`);
  const lines = stdout.trimEnd().split('\n');
  const cpuSeconds = [...lines[lines.length - 1].matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, rest]) => sum + 60 * Number(minutes) + Number(rest),
    0,
  );
  return { seconds, cpuSeconds, text: lines.slice(0, -2).join('\n') };
}

export function isInstalled(command: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;
}
