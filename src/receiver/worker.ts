import { parentPort, workerData } from 'node:worker_threads';
import { FrontEnd } from '../dsp/front-end.js';
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
const { sampleRateHz, format, patterns, kernel, slicing } = task;
const tools = {
  slicing,
  ring: new RingReader(ring, index),
  frontEnd: new FrontEnd(sampleRateHz, format, patterns, 0, undefined, kernel),
  report: parentPort!.postMessage.bind(parentPort!),
};
for (let slice = index; new SliceSearch(tools, slice, threads).run(); ) slice += threads;
