import { Worker } from 'node:worker_threads';

/** A worker's code in TypeScript, of which only tsx knows something: benchmarks and tests run from source. */
function sourceWorker(url: URL): string {
  const tsx = import.meta.resolve('tsx/esm/api');
  return `import(${JSON.stringify(tsx)}).then(({ register }) => (register(), import(${JSON.stringify(url)})));`;
}

/** Starts worker.ts, as it is built or, where this module runs from source, as it is there. */
export function startWorker(workerData: unknown): Worker {
  const fromSource = import.meta.url.endsWith('.ts');
  const url = new URL(fromSource ? './worker.ts' : './worker.js', import.meta.url);
  return fromSource
    ? new Worker(sourceWorker(url), { eval: true, workerData })
    : new Worker(url, { workerData });
}
