import type { Browser, Page } from 'playwright';
import { describe, expect, inject, test } from 'vitest';
import { sampleOf } from '../../support/sample.ts';
import {
  accessibilityProblems,
  keepScreenshot,
  SCHEMES,
  sidewaysOverflow,
  SIZES,
  visitor,
  type Size,
} from './browser.ts';

/** How to bring a page into a state; the last step waits until the state is there. */
export type States = Readonly<Record<string, (page: Page) => Promise<unknown>>>;

const VIEWS = (Object.keys(SIZES) as Size[]).flatMap((size) => SCHEMES.map((scheme) => ({ size, scheme })));

/**
 * Looks at every state, in both sizes and both colour schemes, or in a sample of these: a picture is kept, nothing may
 * reach past the sides, axe finds nothing, and the page has no errors.
 * @param whole whether pictures are of the whole page
 */
export function testStates(name: string, states: States, browser: () => Browser, { whole = false } = {}): void {
  const sampling = inject('sampling');
  describe.each(Object.entries(states))('%s', (state, bring) => {
    const views = sampleOf(VIEWS, { ...sampling, first: false }, `${name} ${state}`, (view) => JSON.stringify(view));
    test.each(views)('on a $size in the $scheme scheme', async ({ size, scheme }) => {
      const { page, context, errors } = await visitor(browser(), size, scheme);
      await bring(page);
      await keepScreenshot(page, `${name}-${state}-${size}-${scheme}`, { whole });
      expect(await accessibilityProblems(page)).toEqual([]);
      expect(await sidewaysOverflow(page)).toEqual([]);
      expect(errors).toEqual([]);
      await context.close();
    });
  });
}
