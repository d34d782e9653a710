/** A small curve without axes, for beside a number. */
export function sparkline(values: readonly (number | null)[], label: string): SVGElement {
  const [width, height] = [120, 32];
  const most = Math.max(1e-9, ...values.map((value) => value ?? 0));
  const step = width / Math.max(1, values.length);
  const bars = values.map((value, i) => {
    if (value === null) return '';
    const tall = Math.max(1, (height * value) / most);
    return `M${(i * step).toFixed(1)} ${height}v${(-tall).toFixed(1)}h${(0.8 * step).toFixed(1)}V${height}z`;
  });
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  for (const [name, value] of Object.entries({
    viewBox: `0 0 ${width} ${height}`,
    class: 'spark',
    preserveAspectRatio: 'none',
    role: 'img',
    'aria-label': label,
  })) {
    svg.setAttribute(name, value);
  }
  const path = document.createElementNS(svg.namespaceURI, 'path');
  path.setAttribute('d', bars.join(''));
  svg.append(path);
  return svg as SVGElement;
}
