import { readFileSync } from 'node:fs';

/** Ticks of the processor time that Linux tells, a second. */
const TICKS_PER_SECOND = 100;
const KIB = 1024;

/** What a process takes at a moment. */
export interface Taken {
  /** Since the watch began, s. */
  readonly seconds: number;
  /** Resident memory, bytes. */
  readonly rss: number;
  /** Processor time of all its threads so far, s. */
  readonly cpuSeconds: number;
}

/** Looks at a process now and then; on Linux, where the system tells it in files. */
export class ProcessWatch {
  readonly taken: Taken[] = [];
  readonly #pid: number;
  readonly #timer: NodeJS.Timeout;
  readonly #beganMs = performance.now();

  constructor(pid: number, intervalMs = 1000) {
    this.#pid = pid;
    this.#timer = setInterval(() => this.#look(), intervalMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const seconds = (performance.now() - this.#beganMs) / 1000;
    const status = readFileSync(`/proc/${this.#pid}/status`, 'utf8');
    const rss = KIB * Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN);
    // The second field is the program's name in brackets, with any characters in it.
    const fields = readFileSync(`/proc/${this.#pid}/stat`, 'utf8').split(') ')[1].split(' ');
    const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
    this.taken.push({ seconds, rss, cpuSeconds });
  }
}
