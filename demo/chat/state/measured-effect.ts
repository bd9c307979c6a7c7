import { parseSpec, type MethodSpec } from 'winnow-llm/methods';

/** One setting that was measured: how much it adds to the loss per token of a continued text, and how far it moves. */
export interface MeasuredRun {
  /** `h2o:budget=170`, or several methods at once: `h2o:budget=170 + q8`. */
  readonly setting: string;
  /** Added negative log-likelihood, in nats per token. */
  readonly dnll: number;
  /** Divergence from the exact model's distribution, in nats. */
  readonly kl?: number;
}

/** The measured table: runs of many settings over one text. */
export interface MeasuredTable {
  readonly runs: readonly MeasuredRun[];
  readonly prefill?: number;
  readonly decode?: number;
}

/** The measured setting that is nearest to one that was asked for. */
export interface Effect extends MeasuredRun {
  /** Whether it is the very setting. */
  readonly exact: boolean;
}

/** Takes data of unknown origin for a table; runs that are none are left out. Undefined when nothing is left. */
export function readTable(data: unknown): MeasuredTable | undefined {
  if (!isRecord(data) || !Array.isArray(data['runs'])) return undefined;
  const runs = data['runs'].flatMap((run: unknown): MeasuredRun[] => {
    if (!isRecord(run) || typeof run['setting'] !== 'string' || !isNumber(run['dnll'])) return [];
    return [{ setting: run['setting'], dnll: run['dnll'], ...(isNumber(run['kl']) && { kl: run['kl'] }) }];
  });
  if (runs.length === 0) return undefined;
  const { prefill, decode } = isRecord(data['settings']) ? data['settings'] : {};
  return { runs, ...(isNumber(prefill) && { prefill }), ...(isNumber(decode) && { decode }) };
}

/**
 * The measured setting of the same methods that is nearest to `text`: sizes by their ratio, other differences count less.
 * Undefined where the methods were not measured, or not together.
 */
export function measuredEffect(table: MeasuredTable | undefined, text: string): Effect | undefined {
  const wanted = read(text);
  if (!wanted) return undefined;
  const near = (table?.runs ?? [])
    .flatMap((run) => {
      const specs = read(run.setting);
      if (!specs || specs.map(({ name }) => name).join() !== wanted.map(({ name }) => name).join()) return [];
      return [{ run, distance: specs.reduce((sum, spec, part) => sum + distanceOf(wanted[part]!, spec), 0) }];
    })
    .toSorted((a, b) => a.distance - b.distance)[0];
  return near && { ...near.run, exact: near.distance === 0 };
}

/** "about +0.13 nats"; signs are always shown, and what rounds to nothing is "under 0.01 nats". */
export function nats(dnll: number): string {
  if (Math.abs(dnll) < 0.005) return 'under 0.01 nats';
  return `about ${dnll < 0 ? '−' : '+'}${Math.abs(dnll).toFixed(2)} nats`;
}

const SIZES = ['budget', 'k', 'pages', 'window'];
/** What a parameter that differs, or stands in one of the two only, counts beside the ratio of sizes. */
const OTHER = 0.05;

function distanceOf(a: MethodSpec, b: MethodSpec): number {
  const keys = new Set([...Object.keys(a.parameters), ...Object.keys(b.parameters)]);
  return [...keys].reduce((sum, key) => {
    const [one, other] = [a.parameters[key], b.parameters[key]];
    if (one === other) return sum;
    const isSize = SIZES.includes(key) && typeof one === 'number' && typeof other === 'number';
    return sum + (isSize ? Math.abs(Math.log2(one / other)) : OTHER);
  }, 0);
}

/** The methods of a setting, by name. */
function read(text: string): readonly MethodSpec[] | undefined {
  try {
    return text
      .split(' + ')
      .map(parseSpec)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
