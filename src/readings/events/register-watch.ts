import type { RegisterReading } from '../entry.js';
import { eventOf, nameOf, type Tell, type Watcher } from './watcher.js';

/** Tells of registers that begin anew: a meter was exchanged, or its register reset. */
export class RegisterWatch implements Watcher {
  readonly name = 'registers';
  readonly #tell: Tell;

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  read({ meter, register, timeMs, counts, beginsAnew }: RegisterReading): void {
    if (!beginsAnew) return;
    const message = `${nameOf(meter)} counts from ${counts} on: it was exchanged, or its ${register} was reset.`;
    const evidence = { register, counts };
    this.#tell(eventOf({ type: 'register.anew', meter, timeMs, severity: 'warning', message, evidence }));
  }

  state(): unknown {
    return null;
  }

  restore(): void {}
}
