import { writeFileSync } from 'node:fs';
import { text as textOf } from 'node:stream/consumers';

/**
 * Draws what a program printed as a terminal window, an SVG without scripts or fonts of its own. Each `$ command`
 * begins a section; of its table the first rows are kept, and how many were left out is said.
 *
 *   npm run --silent demo 2>&1 | npx tsx scripts/make-terminal-picture.ts docs/demo.svg 'npm run demo'
 */
const COLUMNS = 116;
/** Rows kept of each section's table; the lines after a table are all kept. */
const ROWS = [12, 8, 6];

const FONT_PX = 13;
const CHAR_PX = 7.83;
const LINE_PX = 18;
const MARGIN_PX = 18;
const BAR_PX = 34;

const COLOR = {
  window: '#161b22',
  edge: '#30363d',
  bar: '#21262d',
  title: '#8b949e',
  prompt: '#7ee787',
  head: '#79c0ff',
  text: '#d1d7e0',
  dim: '#8b949e',
} as const;

interface Line {
  readonly text: string;
  readonly color: string;
}

/** One command and what it printed. */
function section(command: string, printed: readonly string[], rows: number): Line[] {
  const [head = '', ...rest] = printed;
  // Rows of a table begin with a date or are indented; a summary begins with a number of something.
  const end = rest.findIndex((line) => !/^(\d{4}-\d\d-\d\d | )/.test(line));
  const table = end < 0 ? rest : rest.slice(0, end);
  const left = table.length - rows;
  return [
    { text: command, color: COLOR.prompt },
    { text: head, color: COLOR.head },
    ...table.slice(0, rows).map((text) => ({ text, color: COLOR.text })),
    ...(left > 0 ? [{ text: `  ⋮  ${left} more`, color: COLOR.dim }] : []),
    ...rest.slice(table.length).map((text) => ({ text, color: COLOR.text })),
  ];
}

function linesOf(printed: string): Line[] {
  const sections: { command: string; printed: string[] }[] = [];
  for (const line of printed.split('\n')) {
    if (line.startsWith('$ ')) sections.push({ command: line, printed: [] });
    else if (line !== '' && !/^(npm warn|> )/.test(line)) sections.at(-1)?.printed.push(line);
  }
  return sections.flatMap((one, i) => [
    ...(i > 0 ? [{ text: '', color: COLOR.text }] : []),
    ...section(one.command, one.printed, ROWS[i] ?? Number.POSITIVE_INFINITY),
  ]);
}

/** The folder of the demo has another name each time. */
function tidy(text: string): string {
  const steady = text.replace(/\S*\/ertd-demo-\w+\//g, '');
  return steady.length > COLUMNS ? `${steady.slice(0, COLUMNS - 1)}…` : steady;
}

/** Browsers join spaces, but not those that do not break. */
function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(' ', '\u00a0');
}

function svg(lines: readonly Line[], title: string): string {
  const width = Math.ceil(COLUMNS * CHAR_PX + 2 * MARGIN_PX);
  const height = BAR_PX + lines.length * LINE_PX + 2 * MARGIN_PX;
  const texts = lines.flatMap(({ text, color }, i) => {
    if (text === '') return [];
    const y = BAR_PX + MARGIN_PX + (i + 0.75) * LINE_PX;
    const shown = tidy(text);
    // A fixed length keeps columns aligned in whatever monospaced font there is.
    const length = (shown.length * CHAR_PX).toFixed(1);
    return `<text x="${MARGIN_PX}" y="${y}" fill="${color}" textLength="${length}">${escaped(shown)}</text>`;
  });
  const lights = ['#ff5f57', '#febc2e', '#28c840'].map(
    (color, i) => `<circle cx="${20 + 20 * i}" cy="${BAR_PX / 2}" r="6" fill="${color}"/>`,
  );
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="${COLOR.window}" stroke="${COLOR.edge}"/>`,
    `<path d="M1 ${BAR_PX}V9a8 8 0 0 1 8-8H${width - 9}a8 8 0 0 1 8 8V${BAR_PX}Z" fill="${COLOR.bar}"/>`,
    ...lights,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${FONT_PX}">`,
    `<text x="${width / 2}" y="${BAR_PX / 2 + 4}" fill="${COLOR.title}" text-anchor="middle">${escaped(title)}</text>`,
    ...texts,
    '</g>',
    '</svg>',
  ].join('\n')}\n`;
}

const [path, title = ''] = process.argv.slice(2);
if (path === undefined) throw new Error('Name the SVG file to write.');
writeFileSync(path, svg(linesOf(await textOf(process.stdin)), title));
