import { Hono } from 'hono';
import { compress } from 'hono/compress';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Bindings } from '../../src/http/guard.js';
import { KeptAnswers } from '../../src/http/kept-answers.js';

let asked: string[];
let state: string | null;
let app: Hono<Bindings>;

beforeEach(() => {
  asked = [];
  state = '1';
  app = new Hono<Bindings>();
  app.use(new KeptAnswers().of(() => state));
  app.use('/long', compress());
  app.get('/missing', (context) => context.json({ asked: asked.push('missing') }, 404));
  app.get('/long', (context) => context.text(`${asked.push('long')} ${'x'.repeat(5000)}`));
  app.get('/huge/:n', (context) => context.text(String(asked.push('huge')).padEnd(1 << 20)));
  app.get('*', (context) => context.json({ asked: asked.push(context.req.path) }));
});

const get = async (path: string, headers: Record<string, string> = {}): Promise<string> =>
  (await app.request(path, { headers })).text();

describe('kept answers', () => {
  it('are given again while nothing has changed, and not afterwards', async () => {
    const first = await app.request('/a?from=1');
    const again = await app.request('/a?from=1');
    expect([...again.headers]).toEqual([...first.headers]);
    expect([await first.json(), await again.json()]).toEqual([{ asked: 1 }, { asked: 1 }]);
    expect(await get('/a?from=2')).toBe('{"asked":2}');
    state = '2';
    expect(await get('/a?from=1')).toBe('{"asked":3}');
    state = '1';
    expect(await get('/a?from=1')).toBe('{"asked":4}');
  });

  it('are none where the state is not known, or something was wrong', async () => {
    expect([await get('/missing'), await get('/missing')]).toEqual(['{"asked":1}', '{"asked":2}']);
    state = null;
    expect([await get('/a'), await get('/a')]).toEqual(['{"asked":3}', '{"asked":4}']);
  });

  it('are compressed for who understands that', async () => {
    const plain = await get('/long');
    const packed = await app.request('/long', { headers: { 'Accept-Encoding': 'gzip' } });
    const again = await app.request('/long', { headers: { 'Accept-Encoding': 'gzip' } });
    expect(plain).toHaveLength(5002);
    expect(again.headers.get('content-encoding')).toBe('gzip');
    const bytes = await again.arrayBuffer();
    expect(bytes).toEqual(await packed.arrayBuffer());
    expect(bytes.byteLength).toBeLessThan(500);
    expect(asked).toEqual(['long', 'long']);
  });

  it('do not grow beyond some megabytes: what was asked for last stays', async () => {
    for (const n of [1, 2, 3]) await get(`/huge/${n}`);
    await get('/huge/1');
    await get('/huge/4');
    expect(asked).toHaveLength(4);
    expect((await get('/huge/1')).trim()).toBe('1');
    expect((await get('/huge/2')).trim()).toBe('5');
  });
});
