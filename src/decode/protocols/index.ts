import type { Protocol } from '../protocol.js';
import { scm } from './scm.js';

/** Every message type that ertd reads. A new one is one file beside this one and one line here. */
export const PROTOCOLS: readonly Protocol[] = [scm];
