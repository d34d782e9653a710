import type { Readable, Writable } from 'node:stream';
import type { Command } from 'commander';

/** A stream people may look at: `isTTY`, `columns` and `rows` are set when it is a terminal, as on `process.stdout`. */
export type OutputStream = Writable & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};

/** A stream of bytes coming in; `isTTY` is set when it is a keyboard. */
export type InputStream = Readable & { readonly isTTY?: boolean };

/**
 * What a command may know of the process it runs in. `cli.ts` gives the real one, tests give streams they can
 * read. A command returns when it is done and throws a `Fault` when it cannot go on; it never exits.
 */
export interface CommandContext {
  readonly stdin: InputStream;
  /** Results only: what a pipe should see. */
  readonly stdout: OutputStream;
  /** Everything else: progress, warnings, summaries, logs. */
  readonly stderr: OutputStream;
  /**
   * Aborted by the first SIGINT or SIGTERM, by SIGHUP from a terminal, and when the reader of stdout goes away. The command then stops
   * early, keeps what it has and returns as usual.
   */
  readonly signal: AbortSignal;
  /** Calls `listener` whenever the user asks, by SIGUSR2, for what is in memory to be written out at once. */
  readonly onFlushRequest: (listener: () => void) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What a module in `commands/` exports: its commander command, complete with options, examples and action. */
export type CommandFactory = (context: CommandContext) => Command;
