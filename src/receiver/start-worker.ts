import { Worker, type WorkerOptions } from 'node:worker_threads';
import { keepHeapSmall } from '../small-heap.js';

/** A search makes little that lives long: so much for what is new, MB, costs it no time and saves memory. */
const RESOURCE_LIMITS: WorkerOptions['resourceLimits'] = { maxYoungGenerationSizeMb: 4 };

/** A worker's code in TypeScript, of which only tsx knows something: benchmarks and tests run from source. */
function sourceWorker(url: URL): string {
  const tsx = import.meta.resolve('tsx/esm/api');
  return `import(${JSON.stringify(tsx)}).then(({ register }) => (register(), import(${JSON.stringify(url)})));`;
}

/** Starts worker.ts, as it is built or, where this module runs from source, as it is there. */
export function startWorker(workerData: unknown): Worker {
  const fromSource = import.meta.url.endsWith('.ts');
  const url = new URL(fromSource ? './worker.ts' : './worker.js', import.meta.url);
  const options = { workerData, resourceLimits: RESOURCE_LIMITS };
  const worker = fromSource
    ? new Worker(sourceWorker(url), { ...options, eval: true })
    : new Worker(url, options);
  return worker.once('online', keepHeapSmall);
}
