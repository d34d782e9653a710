import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runErtd } from '../../src/commands/program.js';
import type { Packet } from '../../src/decode/protocol.js';
import { PROTOCOLS } from '../../src/decode/protocols/index.js';
import type { Burst } from '../../src/dsp/burst.js';
import { Receiver, type Reception } from '../../src/receiver/receiver.js';
import { BurstRecorder, type BurstRecorderOptions } from '../../src/record/burst-recorder.js';
import type { SampleBlock } from '../../src/sources/source.js';
import { VirtualRadio } from '../../src/synth/virtual-radio.js';
import { testContext } from '../commands/test-context.js';
import { FakeSource } from '../receiver/fake-source.js';
import { directoryPerTest } from '../sinks/database-fixture.js';
import { DONGLE, streetBand, WINDOW } from '../synth/band-fixture.js';

const at = directoryPerTest();
const TUNING = { ...WINDOW, gainDb: 'auto', ppm: 0 } as const;
const START_MS = Date.UTC(2026, 10, 20, 15, 3);

/** Blocks of a street, from `from` on. */
function* street(seconds: number, firstSample = 0): Generator<SampleBlock> {
  const radio = new VirtualRadio(streetBand(), DONGLE, firstSample / WINDOW.sampleRateHz, 1);
  radio.tune(WINDOW);
  for (let done = 0; done < seconds * WINDOW.sampleRateHz; done += 16_384) {
    const bytes = new Uint8Array(2 * 16_384);
    radio.receive(bytes);
    const first = firstSample + done;
    yield {
      bytes,
      format: 'cu8',
      firstSample: first,
      timeMs: START_MS + (1000 * first) / WINDOW.sampleRateHz,
    };
  }
}

function recorderOf(options: Partial<BurstRecorderOptions> = {}): BurstRecorder {
  return new BurstRecorder({
    bursts: at('bursts'),
    limitBytes: 1e9,
    kinds: ['meters', 'refused', 'anomalies'],
    meters: [],
    onTrouble: (message) => {
      throw new Error(message);
    },
    ...options,
  });
}

/** Receives with a recorder. @returns the packets */
async function receive(
  recorder: BurstRecorder,
  blocks: Iterable<SampleBlock>,
  threads?: number,
  minConfidence = 0.995,
): Promise<Packet[]> {
  const source = recorder.listenTo(new FakeSource(blocks, TUNING, threads !== undefined));
  const receiver = new Receiver(source, {
    protocols: PROTOCOLS.filter(({ name }) => name === 'SCM'),
    minConfidence,
    threads,
    verdicts: recorder,
  });
  recorder.tuned(await receiver.open(TUNING));
  const packets: Packet[] = [];
  await receiver.run(new AbortController().signal, (reception: Reception) => {
    packets.push(reception.packet);
    recorder.heard(reception);
  });
  await recorder.finish();
  return packets;
}

const saved = () => readdirSync(at('bursts')).filter((name) => name.endsWith('.sigmf-meta'));

async function replayed(name: string): Promise<number[]> {
  const context = testContext();
  expect(await runErtd(['replay', at(`bursts/${name}`), '--output', 'jsonl'], context)).toBe(0);
  return context
    .out()
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line).id);
}

describe('BurstRecorder', { timeout: 30_000 }, () => {
  it.each([undefined, 1])('saves the air around packets of chosen meters (threads: %s)', async (threads) => {
    const [first] = (await receive(recorderOf({ bursts: at('none') }), street(1))).slice(2);
    const meters = [first.meterId];
    const heard = await receive(recorderOf({ meters, kinds: ['meters'] }), street(2.5), threads);
    const expected = heard.filter(({ meterId }) => meterId === first.meterId);
    expect(saved()).toHaveLength(expected.length);
    for (const name of saved()) {
      expect(name).toMatch(
        new RegExp(`^20261120T15030\\d\\.\\d{3}Z_packet_SCM_${first.meterId}\\.sigmf-meta$`),
      );
      expect(await replayed(name)).toContain(first.meterId);
      const { annotations, captures } = JSON.parse(readFileSync(at(`bursts/${name}`), 'utf8'));
      expect(annotations[0]['core:label']).toBe(`SCM ${first.meterId}`);
      expect(expected.map(({ firstSample }) => firstSample)).toContain(
        captures[0]['core:global_index'] + annotations[0]['core:sample_start'],
      );
    }
  });

  it('saves what was refused though it was strong', async () => {
    // Nothing is sure enough: every packet is refused.
    expect(await receive(recorderOf({ kinds: ['refused'] }), street(1), undefined, 1)).toEqual([]);
    expect(saved().length).toBeGreaterThan(5);
    expect(saved()[0]).toMatch(/_refused_91\d\.\d{3}M\.sigmf-meta$/);
    expect((await replayed(saved()[0])).length).toBeGreaterThan(0);
  });

  it('saves no more than some in a minute of what nobody chose', async () => {
    await receive(recorderOf({ kinds: ['refused'] }), street(4), undefined, 1);
    expect(saved().length).toBeLessThanOrEqual(30);
  });

  it('saves packets that are strange, and says why', async () => {
    const recorder = recorderOf({ kinds: ['anomalies'] });
    recorder.tuned(WINDOW);
    const source = recorder.listenTo(new FakeSource(street(0.5), TUNING));
    const burst = { firstSample: 200_000, lengthSamples: 6000, bandwidthHz: 20e3, carrierHz: 0 } as Burst;
    const reception = (consumption: number): Reception => ({
      packet: {
        ...{ protocol: 'SCM', meterId: 10_000_001, type: 7, consumption, fields: {}, bits: new Uint8Array() },
        ...{ firstSample: 200_000, carrierHz: 0, snrDb: 20, correctedBits: 0, confidence: 1, burst },
      },
      ...{ receiver: 'roof', startMs: START_MS, ...WINDOW },
    });
    for await (const { firstSample } of source.blocks(new AbortController().signal)) {
      if (firstSample === 16_384 * 15)
        for (const count of [1000, 1001, 999]) recorder.heard(reception(count));
    }
    await recorder.finish();
    const [name, ...others] = saved();
    expect(others).toEqual([]);
    expect(name).toBe('20261120T150300.195Z_anomaly_SCM_10000001.sigmf-meta');
    const { annotations } = JSON.parse(readFileSync(at(`bursts/${name}`), 'utf8'));
    expect(annotations[0]['core:comment']).toMatch(/^consumption 1001 became 999; type 7,/);
  });

  it('saves what there is of a packet beside a gap', async () => {
    const blocks = [...street(1), ...street(1, 3 * WINDOW.sampleRateHz)];
    const heard = await receive(
      recorderOf({ meters: [...Array(60).keys()].map((i) => 10_000_001 + i) }),
      blocks,
    );
    expect(saved()).toHaveLength(heard.length);
    for (const name of saved().slice(0, 3)) expect((await replayed(name)).length).toBeGreaterThan(0);
  });
});
