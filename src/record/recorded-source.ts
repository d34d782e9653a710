import type { SampleBlock, SampleSource } from '../sources/source.js';

/** Is given a block before anybody else; it is valid until it is done. `false` ends the stream after it. */
export type BlockWitness = (block: SampleBlock) => Promise<boolean> | boolean;

/**
 * The same source, whose blocks are shown to `see` first. In everything else it is the source itself, whatever kind it
 * is and whatever that kind can do.
 */
export function recordedSource<Source extends SampleSource>(source: Source, see: BlockWitness): Source {
  async function* blocks(signal: AbortSignal): AsyncGenerator<SampleBlock, void, undefined> {
    for await (const block of source.blocks(signal)) {
      const goOn = await see(block);
      yield block;
      if (!goOn) return;
    }
  }
  return new Proxy(source, {
    get(target, key) {
      if (key === 'blocks') return blocks;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
