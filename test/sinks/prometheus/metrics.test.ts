import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { Metrics } from '../../../src/sinks/prometheus/metrics.js';
import { MetricsServer } from '../../../src/sinks/prometheus/metrics-server.js';
import type { ReceiverReport } from '../../../src/sinks/receiver-report.js';
import { meterEvent, registerReading, WATER } from '../entry-fixture.js';
import { scmReading } from '../reading-fixture.js';

const REPORT: ReceiverReport = {
  ...{
    name: 'roof',
    source: 'rtlsdr',
    state: 'receiving',
    centerHz: 912_600_000,
    gainDb: 28,
    noiseDbfs: -41,
  },
  ...{ samples: 1000, lostSamples: 10, droppedSamples: 5, clippedSamples: 1, packets: 130, meters: 12 },
  ...{ outages: 2, secondsSincePacket: 1, refused: { integrity: 7, noise: 3 } },
};

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function metrics(): Promise<Metrics> {
  const sink = { name: 'mqtt', target: 'mqtt://x', queued: 4, sent: 9, dropped: 1, trouble: 'it is away' };
  const made = new Metrics({ receivers: () => [REPORT], sinks: () => [sink] });
  await made.start();
  cleanups.push(() => made.stop());
  made.write(registerReading());
  made.write(registerReading({ meter: { ...WATER, key: 'ert-10000043', name: null } }));
  made.write(meterEvent());
  made.write({ kind: 'packet', packet: scmReading() });
  return made;
}

describe('Metrics', () => {
  it('tell of named meters, receivers, refusals, sinks', async () => {
    const made = await metrics();
    const lines = (await made.text()).split('\n');
    const meter = 'meter="ert-10000042",name="Garden",commodity="water"';
    for (const line of [
      `ertd_meter_reading{${meter},register="consumption",unit="gal"} 12345.6`,
      `ertd_meter_used{${meter},register="consumption",unit="gal"} 345.6`,
      `ertd_meter_counts{${meter},register="consumption"} 123456`,
      'ertd_events_total{type="leak",severity="warning"} 1',
      'ertd_packets_total{protocol="SCM",receiver="roof"} 1',
      'ertd_receiver_up{receiver="roof"} 1',
      'ertd_receiver_lost_samples_total{receiver="roof"} 10',
      'ertd_refused_total{receiver="roof",reason="integrity"} 7',
      'ertd_sink_queued{sink="mqtt"} 4',
      'ertd_sink_up{sink="mqtt"} 0',
    ])
      expect(lines).toContain(line);
    expect(lines.join()).not.toContain('10000043');
    // Counters that are read where they are kept do not grow by being asked for.
    expect(await made.text()).toContain('ertd_receiver_packets_total{receiver="roof"} 130');
  });

  it('are told at /metrics and nowhere else', async () => {
    const server = new MetricsServer(await metrics(), '127.0.0.1:0');
    await server.start();
    cleanups.push(() => server.stop());
    const at = (path: string) => fetch(`http://127.0.0.1:${server.port}${path}`);
    const answer = await at('/metrics');
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await answer.text()).toContain('ertd_meter_reading');
    expect((await at('/')).status).toBe(404);
    const taken = new MetricsServer(await metrics(), `127.0.0.1:${server.port}`);
    await expect(taken.start()).rejects.toThrow(
      `Metrics cannot be told at 127.0.0.1:${server.port}: another program listens there; correct prometheus.listen.`,
    );
  });
});

describe('packaging/grafana/ertd.json', () => {
  const path = fileURLToPath(new URL('../../../packaging/grafana/ertd.json', import.meta.url));
  const dashboard = JSON.parse(readFileSync(path, 'utf8'));

  it('asks for metrics that there are', async () => {
    const text = await (await metrics()).text();
    const known = new Set([...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name));
    const asked = dashboard.panels.flatMap(({ targets = [] }: { targets?: { expr: string }[] }) =>
      targets.flatMap(({ expr }) => [...expr.matchAll(/\b(ertd_\w+|process_\w+)/g)].map(([name]) => name)),
    );
    expect(asked.length).toBeGreaterThan(10);
    expect(asked.filter((name: string) => !known.has(name))).toEqual([]);
  });

  it('asks one source of data, in panels that have all that Grafana wants of them', () => {
    expect(dashboard.templating.list).toMatchObject([{ name: 'datasource', type: 'datasource' }]);
    const source = { type: 'prometheus', uid: '$' + '{datasource}' };
    for (const panel of dashboard.panels) {
      expect(panel).toMatchObject({ type: expect.stringMatching(/^(stat|timeseries)$/), datasource: source });
      expect(panel.title).toMatch(/./);
      const { targets }: { targets: { refId: string }[] } = panel;
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
    }
  });

  it('names what it shows by labels that there are', async () => {
    const text = await (await metrics()).text();
    for (const { targets } of dashboard.panels)
      for (const { expr, legendFormat = '' } of targets) {
        const labels = [...legendFormat.matchAll(/{{(\w+)}}/g)].map(([, label]) => label);
        for (const [, name] of expr.matchAll(/\b(ertd_\w+)/g)) {
          const [line] = text.match(new RegExp(`^${name}{.*`, 'm')) ?? [''];
          for (const label of labels) expect(line, `${label} of ${name}`).toContain(`${label}="`);
        }
      }
  });

  it('has panels that do not overlap, each with an ID of its own', () => {
    const cells = new Set<string>();
    for (const { gridPos } of dashboard.panels) {
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(cells.has(`${x},${y}`)).toBe(false);
          cells.add(`${x},${y}`);
        }
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    }
    const ids = dashboard.panels.map(({ id }: { id: number }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(dashboard).toMatchObject({ uid: 'ertd', schemaVersion: expect.any(Number) });
  });
});
