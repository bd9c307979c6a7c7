import { columnSumsLanes } from '../../src/kernels/attention/column-sums.ts';
import { lanesConstants } from '../../src/kernels/attention/prefill-lanes.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { common, inputsOf, probeOf, scenes, shapes, timed, type Shape } from './column-scenes.ts';
import { sceneLabel } from './scene.ts';

export default kernelCase(columnSumsLanes, {
  ...common,
  // A thread of the wider heads would hold too much.
  shapes: shapes
    .filter(({ headDim }) => headDim <= 128)
    .flatMap((shape, i): Shape[] => [shape, ...(i % 4 === 2 ? [{ ...shape, lanes: 4 }] : [])]),
  bench: timed,
  label: sceneLabel,
  suits: (_shape, { software }) => software,
  missing: ({ lanes = 8 }, { features: { subgroupMinSize, subgroupMaxSize } }) =>
    subgroupMinSize === lanes && subgroupMaxSize === lanes ? undefined : `subgroups of exactly ${lanes}`,
  probe: (constants, variant) => ({ ...probeOf(constants, variant), lanes: Number(constants.LANES) }),
  build(shape, random) {
    const { scene, constants, ...inputs } = inputsOf(shape, random);
    const built = { ...inputs, constants: { ...constants, ...lanesConstants(shape.lanes ?? 8, scene.headDim) } };
    scenes.set(built, scene);
    return built;
  },
});
