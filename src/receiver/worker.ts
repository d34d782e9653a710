import { parentPort, workerData } from 'node:worker_threads';
import { type RingMemory, RingReader } from './ring.js';
import { type SearchTask, SliceSearch } from './slice-search.js';

/** What a thread is started with: it searches slices `index`, `index + threads`, … */
export interface WorkerTask {
  readonly task: SearchTask;
  readonly ring: RingMemory;
  readonly index: number;
  readonly threads: number;
}

const { task, ring, index, threads }: WorkerTask = workerData;
const reader = new RingReader(ring, index);
const report = parentPort!.postMessage.bind(parentPort!);
for (let slice = index; new SliceSearch(task, slice, threads, reader, report).run(); ) slice += threads;
