import type { BenchResult, Spread } from './bench-result.ts';
import { once } from './statistics.ts';

type Row = readonly [part: string, name: string, detail: string, figure: string, unit: string, spread: Spread];

/** A result as comma-separated values (RFC 4180): a line for each figure, with where it ran in every line. */
export function toCsv(result: BenchResult): string {
  const { environment, date } = result;
  const where = [
    environment.adapter.description || environment.adapter.device || environment.adapter.vendor,
    environment.runtime,
    `${environment.version}${environment.commit ? ` ${environment.commit}` : ''}`,
    date,
  ];
  const head = [
    'part',
    'name',
    'detail',
    'figure',
    'unit',
    'median',
    'min',
    'max',
    'runs',
    'adapter',
    'runtime',
    'version',
    'date',
  ];
  const lines = rows(result).map(([part, name, detail, figure, unit, { median, min, max, runs }]) => [
    part,
    name,
    detail,
    figure,
    unit,
    median,
    min,
    max,
    runs,
    ...where,
  ]);
  return [head, ...lines].map((line) => `${line.map(field).join(',')}\r\n`).join('');
}

function rows({ roofs, model, kernels }: BenchResult): readonly Row[] {
  const found: Row[] = [];
  if (roofs) {
    found.push(['device', 'stream', '', 'rate', 'GB/s', roofs.stream]);
    found.push(['device', 'multiply-add', '', 'rate', 'GFLOP/s', roofs.multiplyAdd]);
    found.push(['device', 'dispatch', '', 'time', 'us', roofs.dispatch]);
    found.push(['device', 'round trip', '', 'time', 'us', roofs.roundTrip]);
  }
  if (model) {
    const add = (name: string, detail: string, figure: string, unit: string, value: number | Spread): void => {
      found.push(['model', name, detail, figure, unit, typeof value === 'number' ? once(value) : value]);
    };
    add(model.name, 'cold', 'load', 'ms', model.cold.loadMilliseconds);
    add(model.name, 'cold', 'first token', 'ms', model.cold.timeToFirstTokenMilliseconds);
    for (const { tokens, tokensPerSecond, timeToFirstTokenMilliseconds } of model.prefill) {
      add(model.name, `prompt ${tokens}`, 'speed', 'tok/s', tokensPerSecond);
      add(model.name, `prompt ${tokens}`, 'first token', 'ms', timeToFirstTokenMilliseconds);
    }
    for (const { history, tokensPerSecond, millisecondsPerToken, observation } of model.decode) {
      add(model.name, `history ${history}`, 'speed', 'tok/s', tokensPerSecond);
      for (const [percentile, value] of Object.entries(millisecondsPerToken))
        add(model.name, `history ${history}`, `token ${percentile}`, 'ms', value);
      if (observation) add(model.name, `history ${history}`, 'observation', '', observation);
    }
    const { step, encode, gpu, wait, families, history } = model.tokenTime;
    for (const [part, value] of Object.entries({ step, encode, gpu, wait }))
      add(model.name, `history ${history}`, `step ${part}`, 'ms', value);
    for (const { family, milliseconds } of families)
      add(model.name, `history ${history}`, `family ${family}`, 'ms', milliseconds);
    for (const [part, value] of Object.entries(model.memory))
      if (value !== null) add(model.name, part, 'memory', 'B', value);
  }
  for (const { kernel, shape, status, timing } of kernels ?? []) {
    if (!timing) continue;
    found.push(['kernel', kernel, shape, 'time', 'us', timing.microseconds]);
    found.push(['kernel', kernel, shape, 'bandwidth', 'GB/s', once(timing.gigabytesPerSecond)]);
    found.push(['kernel', kernel, shape, 'arithmetic', 'GFLOP/s', once(timing.gigaflops)]);
    found.push(['kernel', kernel, shape, `share of ${timing.roof} (${status})`, '', once(timing.roofShare)]);
  }
  return found;
}

/** A value as one field of comma-separated values. */
export function field(value: string | number): string {
  if (typeof value === 'number') return String(value);
  // A spreadsheet would run a text that begins so as a formula; a saved run may come from anywhere.
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
