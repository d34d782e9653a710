/** Exit numbers of the process, after sysexits.h; systemd does not restart on 64, 66 and 78. */
export const EXIT = {
  ok: 0,
  usage: 64,
  noInput: 66,
  unavailable: 69,
  bug: 70,
  io: 74,
  config: 78,
} as const;

/** Stable name of a fault, for scripts and logs. */
export type FaultCode =
  | 'USAGE'
  | 'INPUT_NOT_FOUND'
  | 'INPUT_INVALID'
  | 'SOURCE_NOT_FOUND'
  | 'SOURCE_LOST'
  | 'SOURCE_STALLED'
  | 'SINK_UNREACHABLE'
  | 'DATABASE'
  | 'IO'
  | 'CONFIG';

const EXIT_OF: Record<FaultCode, number> = {
  USAGE: EXIT.usage,
  INPUT_NOT_FOUND: EXIT.noInput,
  INPUT_INVALID: EXIT.noInput,
  SOURCE_NOT_FOUND: EXIT.unavailable,
  SOURCE_LOST: EXIT.unavailable,
  SOURCE_STALLED: EXIT.unavailable,
  SINK_UNREACHABLE: EXIT.unavailable,
  DATABASE: EXIT.io,
  IO: EXIT.io,
  CONFIG: EXIT.config,
};

export interface FaultOptions {
  /** True where waiting and trying again can help (a dongle replugged, a disk freed). */
  readonly retryable?: boolean;
  readonly cause?: unknown;
  /** Overrides the exit number that belongs to the code. */
  readonly exitCode?: number;
}

/**
 * A fault of the world or of the user (not a bug, not a refused packet). Its message is one sentence for a
 * person: what happened, to which thing, and what to try.
 */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly retryable: boolean;
  readonly exitCode: number;

  /** @param message a sentence, or several lines where several things are wrong at once */
  constructor(code: FaultCode, message: string | readonly string[], options: FaultOptions = {}) {
    super(typeof message === 'string' ? oneLine(message) : message.map(oneLine).join('\n'), {
      cause: options.cause,
    });
    this.name = 'Fault';
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.exitCode = options.exitCode ?? EXIT_OF[code];
  }
}

/** The `code` of a Node.js system error (`ENOENT`, `ECONNREFUSED`, …), or null for anything else. */
export function systemErrorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** A sentence as one line: names in it come from elsewhere, and may hold line ends or commands to a terminal. */
export function oneLine(sentence: string): string {
  return sentence.replace(/\p{Cc}/gu, '\ufffd');
}
