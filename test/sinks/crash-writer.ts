import { startedSink } from './database-fixture.js';
import { scmPacket } from './reading-fixture.js';

// Writes batches of the given size for ever and prints how many are stored; the last one is left open.
const [path, size] = [process.argv[2], Number(process.argv[3])];
const { sink } = await startedSink(path, { storePackets: true, now: Date.now });
process.stdin.on('end', () => process.exit()).resume();
for (let batch = 0; ; batch++) {
  for (let i = 0; i < size; i++) sink.write(scmPacket({ id: 1 + (i % 40), consumption: batch }));
  await sink.flush();
  process.stdout.write(`${batch + 1}\n`);
}
