import type { MiddlewareHandler } from 'hono';

/**
 * Lets requests in one by one, with a look at everything else in between: whoever asks can wait, samples cannot, and they
 * come in by the same thread.
 */
export function inTurns(): MiddlewareHandler {
  const waiting: (() => void)[] = [];
  const admit = (): void => {
    waiting.shift()?.();
    if (waiting.length > 0) setImmediate(admit);
  };
  return async (_context, next) => {
    await new Promise<void>((resolve) => {
      if (waiting.push(resolve) === 1) setImmediate(admit);
    });
    return next();
  };
}
