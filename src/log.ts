import {
  type DestinationStream,
  type Logger as PinoLogger,
  pino,
  stdSerializers,
  stdTimeFunctions,
} from 'pino';
import { prettyFactory } from 'pino-pretty';
import type { Config } from './config.js';
import { Fault } from './errors.js';

/** One child per component: `logger.child({ component: 'receiver' })`. */
export type Logger = PinoLogger;

/** Where log lines go; `process.stderr` is one. */
export interface LogOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  hasColors?(): boolean;
}

/**
 * Makes the logger of the process. Every line is formatted and handed to `output` before the call that logs it
 * returns, so none is lost when the process ends.
 * @param settings `auto` is pretty on a terminal and JSON lines elsewhere
 */
export function createLogger(settings: Config['log'], output: LogOutput = process.stderr): Logger {
  const pretty = settings.format === 'pretty' || (settings.format === 'auto' && output.isTTY === true);
  return pino(
    {
      level: settings.level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: plainError },
    },
    pretty ? prettyLines(output) : { write: (line) => output.write(line) },
  );
}

/** A fault is told by its sentence; only a bug is worth a stack. */
function plainError(error: Error): object {
  if (!(error instanceof Fault)) return stdSerializers.err(error);
  const { code, message, cause } = error;
  return { code, message, ...(cause instanceof Error && { cause: cause.message }) };
}

function prettyLines(output: LogOutput): DestinationStream {
  const format = prettyFactory({
    colorize: output.hasColors?.() ?? false,
    translateTime: 'SYS:yyyy-mm-dd HH:MM:ss.l',
    messageFormat: '{if component}{component}: {end}{msg}',
    ignore: 'component',
    singleLine: true,
    errorLikeObjectKeys: [],
    customPrettifiers: { err: prettyError },
  });
  return { write: (line) => output.write(format(line)) };
}

function prettyError(error: string | object): string {
  if (typeof error === 'string') return error;
  const { stack, code, message } = error as { stack?: string; code?: string; message?: string };
  return stack ?? `${code}: ${message}`;
}
