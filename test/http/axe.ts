import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

/** Looks for what people with a screen reader, or without a mouse, cannot use. */
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** What of WCAG 2.1, A and AA, a page breaks as far as axe sees it: the rule and the first element, a line each. */
export async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const code = 'axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] })';
  const { violations } = (await page.evaluate(code)) as { violations: readonly Violation[] };
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}
