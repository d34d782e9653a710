import { kindOfPath } from '../record/output-file.js';

/** Where a recording goes: `-` or a file of samples, and the files beside it. */
export interface SynthPaths {
  readonly data: string;
  /** Of SigMF metadata, or null. */
  readonly meta: string | null;
  /** Of what was sent, or null where samples go into a pipe or a device. */
  readonly truth: string | null;
}

/** The files that `out` stands for: a file of samples, any name of a SigMF recording, or `-`. */
export async function synthPaths(out: string): Promise<SynthPaths> {
  if (out === '-' || (await kindOfPath(out)) === 'other') return { data: out, meta: null, truth: null };
  const base = out.replace(/\.sigmf(-data|-meta)?$/, '');
  if (base !== out) {
    return { data: `${base}.sigmf-data`, meta: `${base}.sigmf-meta`, truth: `${base}.truth.jsonl` };
  }
  // The dot of `912.6M` begins no extension.
  return { data: out, meta: null, truth: `${out.replace(/\.[a-z][a-z0-9]*$/i, '')}.truth.jsonl` };
}
