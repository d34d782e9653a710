// Preloaded into the daemon by the fault campaign, which runs it with --expose-gc: tells what is left in memory once
// everything that nobody holds is gone, whenever it is asked.
import { isMainThread } from 'node:worker_threads';

function tell() {
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external, rss } = process.memoryUsage();
  process.send({ held: heapUsed + external, rss });
}

// Threads are preloaded with it too.
if (isMainThread) {
  process.on('message', tell);
  process.channel.unref();
}
