import { Fault } from '../errors.js';
import type { ChildProgram } from './child-program.js';

/** What ties a program to the link that it keeps up: when one of them is over, so is the other. */
export class ChildLink {
  /** Resolves, with the first reason, when the program is gone, or cannot be ended. */
  readonly ended: Promise<Fault>;
  readonly #child: ChildProgram;
  #resolveEnded: (why: Fault) => void = () => {};
  #over = false;

  /**
   * @param signal ends it
   * @param faultOf what to say where the program ends by itself. @param how it ended, such as `exit status 1`
   */
  constructor(child: ChildProgram, signal: AbortSignal, faultOf: (how: string) => Fault) {
    this.#child = child;
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    const cut = (): void => this.end(new Fault('SOURCE_LOST', 'The program was ended from this side.'));
    signal.addEventListener('abort', cut, { once: true });
    void this.ended.then(() => signal.removeEventListener('abort', cut));
    void child.ended.then((how) => this.end(faultOf(how)));
    if (signal.aborted) cut();
  }

  /** Ends the program. The first reason counts; others are its consequences. */
  end(why: Fault): void {
    if (this.#over) return;
    this.#over = true;
    void this.#child.stop().then((gone) => this.#resolveEnded(gone ? why : hanging(why, this.#child.pid)));
  }
}

function hanging(why: Fault, pid: number | null): Fault {
  const message =
    `${why.message} Its process ${pid ?? ''} does not even end when it is killed, so the USB driver hangs: ` +
    'unplug the dongle, or restart the machine.';
  return new Fault(why.code, message, { retryable: true, cause: why });
}
