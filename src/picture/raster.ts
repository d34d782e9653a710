import type { Colour } from './colours.js';
import { CHARACTER, type Drawing, type Shape } from './drawing.js';
import { GLYPH, isInked } from './font.js';
import type { Pixels } from './png.js';

const DASH = { on: 4, off: 3 };
/** Letters are drawn so many times as high as they are designed, and evenly wide. */
const LETTER = { wide: 1, high: 1.5 };

/** A drawing as pixels. */
export function rasterOf({ width, height, background, shapes }: Drawing): Pixels {
  const canvas = new Canvas(width, height);
  canvas.fill(0, 0, width, height, background);
  for (const shape of shapes) draw(canvas, shape);
  return canvas;
}

class Canvas implements Pixels {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.rgb = new Uint8Array(3 * width * height);
  }

  dot(x: number, y: number, colour: Colour): void {
    if (x >= 0 && y >= 0 && x < this.width && y < this.height) this.rgb.set(colour, 3 * (y * this.width + x));
  }

  fill(x: number, y: number, width: number, height: number, colour: Colour): void {
    for (let row = Math.round(y); row < Math.round(y + height); row++) {
      for (let column = Math.round(x); column < Math.round(x + width); column++)
        this.dot(column, row, colour);
    }
  }
}

function draw(canvas: Canvas, shape: Shape): void {
  switch (shape.kind) {
    case 'image': {
      const { x, y, pixels } = shape;
      for (let row = 0; row < pixels.height; row++) {
        const line = pixels.rgb.subarray(3 * row * pixels.width, 3 * (row + 1) * pixels.width);
        canvas.rgb.set(line, 3 * ((y + row) * canvas.width + x));
      }
      return;
    }
    case 'box': {
      const { x, y, width, height, fill, stroke } = shape;
      if (fill !== undefined) canvas.fill(x, y, width, height, fill);
      if (stroke !== undefined) outline(canvas, shape, stroke);
      return;
    }
    case 'text':
      write(canvas, shape);
  }
}

function outline(canvas: Canvas, box: Extract<Shape, { kind: 'box' }>, stroke: Colour): void {
  const { x, y, width, height, dashed } = box;
  const inDash = (i: number): boolean => !dashed || i % (DASH.on + DASH.off) < DASH.on;
  for (let i = 0; i < width; i++) {
    if (!inDash(i)) continue;
    canvas.dot(x + i, y, stroke);
    canvas.dot(x + i, y - 1, stroke);
    canvas.dot(x + i, y + height - 1, stroke);
    canvas.dot(x + i, y + height, stroke);
  }
  for (let i = 0; i < height; i++) {
    if (!inDash(i)) continue;
    canvas.dot(x, y + i, stroke);
    canvas.dot(x - 1, y + i, stroke);
    canvas.dot(x + width - 1, y + i, stroke);
    canvas.dot(x + width, y + i, stroke);
  }
}

function write(canvas: Canvas, { text, x, y, colour, anchor }: Extract<Shape, { kind: 'text' }>): void {
  const shift = { start: 0, middle: 0.5, end: 1 }[anchor];
  const left = Math.round(x - shift * text.length * CHARACTER.width);
  const rows = GLYPH.rows * LETTER.high;
  // The last row of a glyph hangs below the baseline.
  const top = Math.round(y - (GLYPH.rows - 1) * LETTER.high);
  [...text].forEach((letter, i) => {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < GLYPH.columns * LETTER.wide; column++) {
        const inked = isInked(letter, Math.floor(column / LETTER.wide), Math.floor(row / LETTER.high));
        if (inked) canvas.dot(left + i * CHARACTER.width + column + 1, top + row, colour);
      }
    }
  });
}
