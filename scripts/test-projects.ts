/** Which tests run where; the only place that says so. A test file in no project fails test/unit/scripts/projects.test.ts. */
export const TEST_PROJECTS = {
  /** Node, no GPU. */
  unit: ['test/unit'],
  /** Node with WebGPU by Dawn. */
  gpu: ['test/kernels', 'test/laws', 'test/engine', 'test/gpu'],
  /** The default model, in Node with WebGPU. */
  model: ['test/model'],
  /** The same kernels, and what only a page can do, in Chromium. */
  browser: ['test/kernels', 'test/browser'],
  /** Node drives a browser over the built pages, and uses the built package. */
  pages: ['test/demo', 'test/package'],
} as const satisfies Record<string, readonly string[]>;

export type TestProject = keyof typeof TEST_PROJECTS;

/** The glob patterns of a project's test files. */
export function testFiles(project: TestProject): string[] {
  return TEST_PROJECTS[project].map((folder) => `${folder}/**/*.test.ts`);
}

/** True when some project runs the file. `path` is relative to the project's root, with forward slashes. */
export function isInSomeProject(path: string): boolean {
  const folders: readonly string[] = Object.values(TEST_PROJECTS).flat();
  return path.endsWith('.test.ts') && folders.some((folder) => path.startsWith(`${folder}/`));
}
