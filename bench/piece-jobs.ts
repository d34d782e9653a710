import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/**
 * Works through pieces of a long bench in `jobs` processes. A piece comes out the same in whichever process it is done,
 * and however many there are.
 * @param program answers each piece that it is sent with figures
 * @param done    is told of each piece when it is done, in no particular order
 */
export async function eachPiece<Piece extends object, Figures>(
  program: URL,
  pieces: readonly Piece[],
  jobs: number,
  done: (figures: Figures) => void,
): Promise<void> {
  const waiting = pieces[Symbol.iterator]();
  const workers = Array.from({ length: Math.min(jobs, pieces.length) }, () => fork(program));
  try {
    await Promise.all(workers.map((worker) => work(worker, waiting, done)));
  } finally {
    for (const worker of workers) worker.kill();
  }
}

/** Keeps one process busy as long as there are pieces. */
async function work<Piece extends object, Figures>(
  worker: ChildProcess,
  waiting: IterableIterator<Piece>,
  done: (figures: Figures) => void,
): Promise<void> {
  const gone = once(worker, 'exit').then(([code, signal]): never => {
    throw new Error(`A process that worked on a piece ended (${signal ?? code}).`);
  });
  // Once there are no pieces left the process may go.
  gone.catch(() => {});
  for (const piece of waiting) {
    worker.send(piece);
    const [figures] = await Promise.race([once(worker, 'message'), gone]);
    done(figures);
  }
}
