// Tables of Markdown from the result files in bench/results, and the places where they stand.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Results by format, in the order of their names. @throws {Error} for a file of another format */
export function readResults(folder) {
  const results = { 'winnow-bench': [], 'winnow-peers': [], 'winnow-precision': [], 'winnow-methods': [] };
  for (const name of readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .toSorted()) {
    const result = JSON.parse(readFileSync(join(folder, name), 'utf8'));
    const list = results[result.format];
    if (!list) throw new Error(`${name} has the format ${JSON.stringify(result.format)}`);
    list.push(result);
  }
  return results;
}

/** Three digits that count. */
const figure = (value) => (Math.abs(value) >= 100 ? value.toFixed(0) : Number(value.toPrecision(3)).toString());
const spread = ({ median, min, max }) => `${figure(median)} (${figure(min)} to ${figure(max)})`;
const cell = (text) => String(text).replaceAll('|', '/').replaceAll('\n', ' ');
const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');
const adapterName = (adapter) =>
  typeof adapter === 'string'
    ? adapter
    : adapter.description || [adapter.vendor, adapter.architecture].filter(Boolean).join(' ');
const day = (date) => date.slice(0, 10);

/** Speeds of models: a line for each result that has one. */
export function modelTable(results) {
  const rows = results.flatMap(({ environment, model, date }) =>
    model
      ? [
          [
            model.name,
            `${adapterName(environment.adapter)}${environment.software ? ' (CPU)' : ''}`,
            environment.runtime,
            model.prefill.map(({ tokens, tokensPerSecond }) => `${tokens}: ${spread(tokensPerSecond)}`).join('; '),
            model.decode.map(({ history, tokensPerSecond }) => `${history}: ${spread(tokensPerSecond)}`).join('; '),
            `${model.report.perToken.dispatches}`,
            day(date),
          ],
        ]
      : [],
  );
  return table(
    ['model', 'adapter', 'runtime', 'prompt tokens: tok/s', 'history: decode tok/s', 'dispatches per token', 'date'],
    rows,
  );
}

/** Kernels and their share of the roof: a table for each result that has some. */
export function kernelTables(results) {
  return results
    .filter(({ kernels }) => kernels?.length)
    .map(({ environment, roofs, kernels, date }) =>
      [
        `${adapterName(environment.adapter)}, ${environment.runtime}, Winnow ${environment.version}, ${day(date)}: streams ${figure(roofs.stream.median)} GB/s, multiplies and adds ${figure(roofs.multiplyAdd.median)} GFLOP/s, ${figure(roofs.dispatch.median)} us a dispatch.`,
        '',
        table(
          ['kernel', 'shape', 'us', 'GB/s', 'GFLOP/s', 'roof', 'share'],
          kernels.map(({ kernel, shape, status, problem, timing }) =>
            timing
              ? [
                  kernel,
                  shape,
                  figure(timing.microseconds.median),
                  figure(timing.gigabytesPerSecond),
                  figure(timing.gigaflops),
                  timing.roof,
                  `${Math.round(100 * timing.roofShare)} %`,
                ]
              : [kernel, shape, status, '', '', '', problem ?? ''],
          ),
        ),
      ].join('\n'),
    )
    .join('\n\n');
}

/** Other runtimes beside ours: a table for each result. */
export function peerTables(results) {
  const all = (list, key) => list?.map((item) => `${item[key]}: ${spread(item.tokensPerSecond)}`).join('; ') ?? '';
  return results
    .map(({ environment, sides, date }) =>
      [
        `${adapterName(environment.adapter)}, ${environment.runtime}, ${day(date)}:`,
        '',
        table(
          ['runtime', 'backend', 'weights', 'prompt tokens: tok/s', 'history: decode tok/s'],
          sides.map(({ name, version, backend, weights, prefill, decode, problem }) =>
            problem === undefined
              ? [`${name} ${version}`, backend, weights, all(prefill, 'tokens'), all(decode, 'history')]
              : [`${name} ${version}`, backend, weights ?? '', `did not run: ${problem}`, ''],
          ),
        ),
      ].join('\n'),
    )
    .join('\n\n');
}

const markers = (name) => [`<!-- results: ${name} -->`, `<!-- end of results: ${name} -->`];

/**
 * The text with what stands between a table's two markers replaced.
 * @throws {Error} when the markers are not there once each, in this order
 */
export function replaceBetween(text, name, content) {
  const [start, end] = markers(name);
  const [before, rest, ...more] = text.split(start);
  const [, after, ...others] = (rest ?? '').split(end);
  if (after === undefined || more.length > 0 || others.length > 0)
    throw new Error(`The markers "${start}" and "${end}" are not there once each.`);
  return `${before}${start}\n\n${content}\n\n${end}${after}`;
}

/** What prompts in fewer bits cost and give: a line for each precision. */
export const precisionTable = (results) =>
  table(
    [
      'prompts in',
      'adapter',
      'loss (nats a token)',
      'KL from f32',
      'KL, 99th of 100',
      'same likeliest token',
      'prompt speed over f32',
    ],
    results.flatMap(({ environment, runs }) =>
      runs.map(({ asked, ran, nll, dnll, kl, klP99, top1Agreement, speedup }) => [
        ran === asked ? asked : `${asked} (ran ${ran})`,
        adapterName(environment.adapter),
        asked === 'f32' ? nll.toFixed(4) : `${nll.toFixed(4)} (${dnll >= 0 ? '+' : ''}${dnll.toFixed(4)})`,
        asked === 'f32' ? '' : kl.toExponential(1),
        asked === 'f32' ? '' : klP99.toExponential(1),
        asked === 'f32' ? '' : `${(100 * top1Agreement).toFixed(1)} %`,
        asked === 'f32' ? '' : spread(speedup),
      ]),
    ),
  );

const signed = (value, digits) => `${value < 0 ? '' : '+'}${value.toFixed(digits)}`;
/** Two digits that count, also of what is near 0. */
const divergence = (value) => (value < 0.001 ? value.toExponential(1) : value.toFixed(3));
const mebibytes = (bytes) => `${figure(bytes / 2 ** 20)} MiB`;

/** What methods cost in quality and save in memory: a table for each result, dense attention first. */
export function methodTables(results) {
  return results
    .map(({ environment, settings, dense, runs, date }) =>
      [
        `${settings.model}, ${adapterName(environment.adapter)}, ${environment.runtime}, ${day(date)}; ${settings.decode} tokens scored behind a prompt of ${settings.prefill}:`,
        '',
        table(
          [
            'method',
            'loss (nats a token)',
            'KL from dense',
            'same likeliest token',
            'attention kept',
            'slots read a token',
            'cache held',
            'time of dense',
          ],
          [{ ...dense, setting: undefined }, ...runs].map((run) => [
            run.setting === undefined ? 'dense' : `\`${run.setting}\``,
            run.setting === undefined ? run.nll.toFixed(3) : signed(run.dnll, 3),
            run.setting === undefined ? '' : divergence(run.kl),
            run.setting === undefined ? '' : `${(100 * run.top1Agreement).toFixed(1)} %`,
            run.mass === undefined ? '' : `${(100 * run.mass).toFixed(1)} %`,
            run.slotsReadPerToken.toFixed(0),
            mebibytes(run.kvBytesHeld),
            run.setting === undefined ? '1' : (run.timeRatio?.toFixed(2) ?? ''),
          ]),
        ),
      ].join('\n'),
    )
    .join('\n\n');
}
