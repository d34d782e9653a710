// Puts the dashboard together for browsers: scripts and styles of src/http/dashboard in one file each, named by their
// content, so that browsers may keep them for ever.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const FROM = fileURLToPath(new URL('../src/http/dashboard/', import.meta.url));
const TO = fileURLToPath(new URL('../dist/http/dashboard/', import.meta.url));
const AS_THEY_ARE = ['icon.svg', 'app.webmanifest'];

rmSync(TO, { recursive: true, force: true });
mkdirSync(TO, { recursive: true });
const { metafile } = await build({
  entryPoints: [`${FROM}main.ts`],
  outdir: TO,
  entryNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  bundle: true,
  splitting: true,
  minify: true,
  format: 'esm',
  target: ['es2022'],
  charset: 'utf8',
  metafile: true,
  logLevel: 'warning',
});
let page = readFileSync(`${FROM}index.html`, 'utf8');
for (const file of Object.keys(metafile.outputs)) {
  const name = basename(file);
  page = page.replace(name.replace(/-[0-9A-Z]{8}(\.\w+)$/, '$1'), name);
}
// What the first script imports is fetched beside it, not after it.
const first = Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint?.endsWith('main.ts'));
const beside = first.imports
  .filter(({ kind }) => kind === 'import-statement')
  .map(({ path }) => `<link rel="modulepreload" href="/${basename(path)}" />`);
page = page.replace('    <script', `    ${beside.join('\n    ')}\n    <script`);
writeFileSync(`${TO}index.html`, page);
for (const file of AS_THEY_ARE) copyFileSync(FROM + file, TO + file);
