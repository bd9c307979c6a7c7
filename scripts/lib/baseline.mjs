// What `npm run bench:check` keeps of a run: figures that are counted, and times as ratios to what the same run's roofs allow.

/** Name of an adapter's baseline: letters, digits and dashes. */
export const baselineName = ({ environment: { adapter } }) =>
  [adapter.vendor, adapter.architecture || adapter.device]
    .filter(Boolean)
    .join('-')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-');

/**
 * The figures of a result that has a model, roofs and kernels. Ratios are times over the time that the roofs of the same run
 * leave: lower is better, and a slow moment of the machine is in both.
 */
export function figuresOf(result) {
  const { model, roofs, kernels = [], environment } = result;
  const { perToken, bytes, buffers, kernels: variants } = model.report;
  const counts = {
    'dispatches per token': perToken.dispatches,
    'dispatches per layer': perToken.dispatchesPerLayer,
    'bind groups per token': perToken.bindGroupsCreated,
    'buffers per token': perToken.buffersCreated,
    'bytes written per token': perToken.bytesWritten,
    'weight bytes': bytes.weights,
    'activation bytes': bytes.activations,
    buffers,
    pipelines: Object.values(variants).reduce((sum, text) => sum + text.split('; ').length, 0),
  };
  const ratios = {};
  // A step streams the weights once and launches each dispatch.
  const ceilingMs = bytes.weights / roofs.stream.median / 1e6 + (perToken.dispatches * roofs.dispatch.median) / 1000;
  ratios['decode step on the GPU'] = model.tokenTime.gpu / ceilingMs;
  for (const { history, tokensPerSecond } of model.decode)
    ratios[`decode after ${history}`] = 1000 / tokensPerSecond.median / ceilingMs;
  for (const { kernel, shape, status, timing } of kernels) {
    counts[`${kernel}, ${shape}`] = status;
    if (timing) ratios[`${kernel}, ${shape}`] = 1 / timing.roofShare;
  }
  return { adapter: environment.adapter.description || environment.adapter.device, counts, ratios };
}

/** The worst of every ratio of several measurements, counts from the last: what a baseline keeps, so that a slow moment of the machine is no fall. */
export const worstOf = (measurements) => {
  const last = measurements.at(-1);
  const worst = (name) => Math.max(...measurements.map(({ ratios }) => ratios[name] ?? last.ratios[name]));
  return { ...last, ratios: Object.fromEntries(Object.keys(last.ratios).map((name) => [name, worst(name)])) };
};

/** The better of two measurements of the same figures: the second may have met a quieter moment. */
export const betterOf = (first, second) => ({
  ...second,
  ratios: Object.fromEntries(
    Object.entries(second.ratios).map(([name, ratio]) => [name, Math.min(ratio, first.ratios[name] ?? ratio)]),
  ),
});

/**
 * What is worse than the baseline, in words; empty = nothing.
 * @param {number} tolerance how much slower a ratio may be: 0.05 = 5 %
 */
export function fallsOf(baseline, now, tolerance) {
  const falls = [];
  for (const name of new Set([...Object.keys(baseline.counts), ...Object.keys(now.counts)])) {
    const [was, is] = [baseline.counts[name], now.counts[name]];
    if (was !== is) falls.push(`${name}: ${was ?? 'not there'} -> ${is ?? 'not there'}`);
  }
  for (const [name, was] of Object.entries(baseline.ratios)) {
    const is = now.ratios[name];
    if (is > was * (1 + tolerance))
      falls.push(`${name}: ${was.toFixed(2)} -> ${is.toFixed(2)} times what the roofs allow`);
  }
  return falls;
}
