import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/explain/finding.js';
import { colourOf, TOP_DB } from '../../src/picture/colours.js';
import type { Drawing } from '../../src/picture/drawing.js';
import { isInked } from '../../src/picture/font.js';
import { PLOT, pictureOf } from '../../src/picture/picture.js';
import { encodePng } from '../../src/picture/png.js';
import { rasterOf } from '../../src/picture/raster.js';
import { svgOf } from '../../src/picture/svg.js';
import { Waterfall } from '../../src/picture/waterfall.js';
import { RATE, sceneOf } from '../explain/scene.js';

/** Pixels of a PNG that has one data chunk and no filters, as they come out of it. */
function decodePng(png: Buffer): { width: number; height: number; rgb: Buffer } {
  expect(png.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
  const width = png.readUInt32BE(16);
  const height = png.readUInt32BE(20);
  const length = png.readUInt32BE(33);
  expect(png.subarray(37, 41).toString()).toBe('IDAT');
  const lines = inflateSync(png.subarray(41, 41 + length));
  const rows = Array.from({ length: height }, (_, row) =>
    lines.subarray(row * (1 + 3 * width) + 1, (row + 1) * (1 + 3 * width)),
  );
  return { width, height, rgb: Buffer.concat(rows) };
}

describe('encodePng', () => {
  it('writes pixels that come out again', () => {
    const rgb = Uint8Array.from({ length: 3 * 5 * 4 }, (_, i) => (37 * i) & 255);
    const decoded = decodePng(encodePng({ width: 5, height: 4, rgb }));
    expect({ ...decoded, rgb: Uint8Array.from(decoded.rgb) }).toEqual({ width: 5, height: 4, rgb });
  });
});

describe('colourOf', () => {
  it('grows lighter with the level, and stays at its ends beyond them', () => {
    const light = Array.from({ length: TOP_DB + 1 }, (_, db) => colourOf(db).reduce((a, b) => a + b));
    expect(light).toEqual(light.toSorted((a, b) => a - b));
    expect(colourOf(-5)).toEqual(colourOf(0));
    expect(colourOf(99)).toEqual(colourOf(TOP_DB));
  });
});

describe('Waterfall', () => {
  const section = { sampleRateHz: RATE, firstSample: 1000, samples: 0.06 * RATE, columns: 120, rows: 64 };
  const bytes = sceneOf(0.08, [
    { what: 'carrier', seconds: 0.02, length: 0.02, carrierHz: RATE / 4, snrDb: 30 },
  ]);

  function fall(block: number): Float32Array {
    const waterfall = new Waterfall(section);
    for (let at = 0; at < bytes.length / 2; at += block) {
      const part = bytes.subarray(2 * at, 2 * (at + block));
      waterfall.add({ bytes: part, format: 'cu8', firstSample: at, timeMs: null });
    }
    expect(waterfall.complete).toBe(true);
    return waterfall.levels();
  }

  const levels = fall(bytes.length);
  const at = (column: number, row: number): number => levels[row * section.columns + column];

  it('shows a signal where it is in time and frequency, and noise around 0 dB', () => {
    // The upper quarter of the band is its middle of the upper half; a column is 0.5 ms.
    for (const column of [42, 60, 76]) {
      expect(Math.max(at(column, 15), at(column, 16))).toBeGreaterThan(25);
      expect(at(column, 40)).toBeLessThan(10);
    }
    for (const column of [10, 30, 100]) expect(Math.max(at(column, 15), at(column, 16))).toBeLessThan(10);
    expect(levels.reduce((sum, db) => sum + db, 0) / levels.length).toBeLessThan(4);
  });

  it('is the same whatever the blocks', () => {
    expect(fall(777)).toEqual(levels);
  });
});

describe('a picture', () => {
  const foreign: Finding = {
    kind: 'foreign',
    activity: {
      class: 'fsk-like',
      firstSample: 0.5 * RATE,
      lengthSamples: 0.1 * RATE,
      carrierHz: 4e5,
      bandwidthHz: 1e5,
      peakDb: 20,
      pulseSeconds: null,
    },
  };
  const view = {
    title: 'a < b & c',
    sampleRateHz: RATE,
    centerHz: 912.6e6,
    firstSample: 0,
    samples: RATE,
    levels: new Float32Array(PLOT.width * PLOT.height),
  };
  const drawing = pictureOf(view, [foreign]);

  it('has axes in ms and MHz, and marks with labels', () => {
    const texts = drawing.shapes.flatMap((shape) => (shape.kind === 'text' ? [shape.text] : []));
    for (const text of ['time, ms', 'MHz', '500', '913.0', 'fsk-like', '40 dB'])
      expect(texts).toContain(text);
    const frames = drawing.shapes.flatMap((shape) =>
      shape.kind === 'box' && shape.stroke !== undefined && shape.width > 100 ? [shape] : [],
    );
    expect(frames).toHaveLength(1);
    expect(frames[0].width).toBeCloseTo(0.1 * PLOT.width, 0);
  });

  it('leaves out what lies outside of it', () => {
    const other = pictureOf({ ...view, firstSample: 0.7 * RATE }, [foreign]);
    expect(other.shapes.some((shape) => shape.kind === 'text' && shape.text === 'fsk-like')).toBe(false);
  });

  it('leaves out labels that find no room', () => {
    const crowd = pictureOf(
      view,
      Array.from({ length: 50 }, () => foreign),
    );
    const labels = crowd.shapes.filter((shape) => shape.kind === 'text' && shape.text === 'fsk-like');
    expect(labels.length).toBeGreaterThan(0);
    expect(labels.length).toBeLessThan(10);
  });

  it('is an SVG with its text escaped and an image inside', () => {
    const svg = svgOf(drawing);
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="\d+"/);
    expect(svg).toContain('>a &lt; b &amp; c</text>');
    expect(svg).toMatch(/href="data:image\/png;base64,[A-Za-z0-9+/=]+"/);
  });
});

describe('rasterOf', () => {
  it('draws images, boxes and text where they belong', () => {
    const drawing: Drawing = {
      width: 40,
      height: 30,
      background: [1, 1, 1],
      shapes: [
        { kind: 'image', x: 30, y: 20, pixels: { width: 1, height: 1, rgb: Uint8Array.of(9, 8, 7) } },
        { kind: 'box', x: 20, y: 2, width: 5, height: 6, fill: [2, 2, 2], stroke: [3, 3, 3] },
        { kind: 'text', x: 0, y: 15, text: 'I', colour: [4, 4, 4], anchor: 'start' },
      ],
    };
    const { rgb, width } = rasterOf(drawing);
    const red = (x: number, y: number): number => rgb[3 * (y * width + x)];
    expect([...rgb.subarray(3 * (20 * width + 30), 3 * (20 * width + 31))]).toEqual([9, 8, 7]);
    expect([red(22, 4), red(20, 2), red(0, 0)]).toEqual([2, 3, 1]);
    const inked = Array.from({ length: 8 }, (_, x) => red(x, 10)).filter((value) => value === 4);
    expect(inked).toHaveLength(1);
  });

  it('has a letter for every character of ASCII', () => {
    const shapes = Array.from({ length: 0x7e - 0x21 + 1 }, (_, i) => {
      const letter = String.fromCharCode(0x21 + i);
      return Array.from({ length: 40 }, (_, p) =>
        isInked(letter, p % 5, Math.floor(p / 5)) ? '#' : ' ',
      ).join('');
    });
    expect(new Set(shapes).size).toBe(shapes.length);
    expect(shapes).not.toContain(' '.repeat(40));
    expect(isInked('é', 2, 0)).toBe(isInked('?', 2, 0));
  });
});
