import { hexOf } from './colours.js';
import { CHARACTER, type Drawing, type Shape } from './drawing.js';
import { encodePng } from './png.js';

/** A drawing as an SVG file; images are PNG inside. */
export function svgOf({ width, height, background, shapes }: Drawing): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="13">`,
    `<rect width="${width}" height="${height}" fill="${hexOf(background)}"/>`,
    ...shapes.map(elementOf),
    '</svg>',
    '',
  ].join('\n');
}

function elementOf(shape: Shape): string {
  switch (shape.kind) {
    case 'image': {
      const { x, y, pixels } = shape;
      const data = encodePng(pixels).toString('base64');
      return `<image x="${x}" y="${y}" width="${pixels.width}" height="${pixels.height}" image-rendering="pixelated" href="data:image/png;base64,${data}"/>`;
    }
    case 'box': {
      const { x, y, width, height, stroke, fill, dashed } = shape;
      const line = stroke === undefined ? '' : ` stroke="${hexOf(stroke)}" stroke-width="1.5"`;
      const dash = dashed ? ' stroke-dasharray="4 3"' : '';
      return `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${fill === undefined ? 'none' : hexOf(fill)}"${line}${dash}/>`;
    }
    case 'text': {
      const { x, y, text, colour, anchor } = shape;
      return `<text x="${x}" y="${y}" fill="${hexOf(colour)}" text-anchor="${anchor}" textLength="${text.length * CHARACTER.width}">${escaped(text)}</text>`;
    }
  }
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
