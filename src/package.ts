import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Path of a file or folder of this package. This module lies one folder below its root: in `src`, and as it is built in
 * `dist`.
 */
export function packagePath(name: string): string {
  return fileURLToPath(new URL(`../${name}`, import.meta.url));
}

/** The version of this package. */
export function packageVersion(): string {
  const text = readFileSync(packagePath('package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
