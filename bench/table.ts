/** Rows as a Markdown table, columns aligned for a terminal. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padStart(widths[i])).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

/** A figure against its target. */
export function verdict(met: boolean): string {
  return met ? 'met' : 'NOT met';
}

/** Where a rising curve crosses `level`, by straight lines between its points; NaN where it does not. */
export function crossing(points: readonly (readonly [x: number, y: number])[], level: number): number {
  for (let i = 1; i < points.length; i++) {
    const [x0, y0] = points[i - 1];
    const [x1, y1] = points[i];
    if (y0 < level && y1 >= level) return x0 + ((level - y0) / (y1 - y0)) * (x1 - x0);
  }
  return Number.NaN;
}
