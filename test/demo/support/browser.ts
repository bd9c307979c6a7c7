import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright';
import { browserLaunchOptions } from '../../../scripts/find-gpu.mjs';

export const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1440, height: 900 } } as const;
export type Size = keyof typeof SIZES;
export const SCHEMES = ['light', 'dark'] as const;
export type Scheme = (typeof SCHEMES)[number];

const screenshots = fileURLToPath(new URL('../../screenshots/', import.meta.url));
const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

export const launch = (): Promise<Browser> => chromium.launch(browserLaunchOptions());

/** A visitor of their own: nothing stored, the given screen and colour scheme. Errors of the page are collected. */
export async function visitor(
  browser: Browser,
  size: Size = 'desktop',
  scheme: Scheme = 'light',
): Promise<{ readonly page: Page; readonly context: BrowserContext; readonly errors: string[] }> {
  const context = await browser.newContext({
    viewport: SIZES[size],
    colorScheme: scheme,
    // Playwright's own scripts must not be what breaks or passes under the page's content security policy.
    bypassCSP: false,
    ...(size === 'phone' && { hasTouch: true, isMobile: true, deviceScaleFactor: 2 }),
  });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  return { page, context, errors };
}

/** Keeps a picture in test/screenshots/: of the window, or of the `whole` page. */
export async function keepScreenshot(page: Page, name: string, { whole = false } = {}): Promise<void> {
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: whole });
}

/** What axe finds wrong with the page as it stands, one line each. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  // Runs in the page's world past the content security policy, which forbids an added script element.
  const source = await import('node:fs/promises').then(({ readFile }) => readFile(axePath, 'utf8'));
  await page.evaluate(source);
  return page.evaluate(async () => {
    interface Found {
      readonly violations: readonly {
        readonly id: string;
        readonly nodes: readonly { readonly target: unknown; readonly failureSummary?: string }[];
      }[];
    }
    const { axe } = window as unknown as { axe: { run(): Promise<Found> } };
    const { violations } = await axe.run();
    return violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${String(node.target)} ${node.failureSummary ?? ''}`),
    );
  });
}

/** Elements that stick out of the window sideways, apart from what scrolls in a box of its own. */
export function sidewaysOverflow(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const scrolls = (element: Element | null): boolean =>
      element !== null &&
      (/auto|scroll|hidden/.test(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
    const found =
      document.documentElement.scrollWidth > width
        ? [`document ${document.documentElement.scrollWidth} > ${width}`]
        : [];
    for (const element of document.querySelectorAll('body *')) {
      const { left, right, width: own } = element.getBoundingClientRect();
      if (own > 0 && (right > width + 1 || left < -1) && !scrolls(element.parentElement)) {
        found.push(`${element.tagName}.${element.className} ${left} to ${right}`);
      }
    }
    return found;
  });
}
