import { columnSums, columnSumsConstants } from '../../src/kernels/attention/column-sums.ts';
import { kernelCase } from '../support/kernel-case.ts';
import { common, inputsOf, plain, probeOf, scenes, shapes, timed, type Shape } from './column-scenes.ts';
import { sceneLabel } from './scene.ts';

export default kernelCase(columnSums, {
  ...common,
  shapes,
  bench: [plain, { parts: 4, held: 32 }].flatMap((cut) => timed.map((shape): Shape => ({ ...shape, cut }))),
  label: ({ cut = plain, ...scene }) => `${sceneLabel(scene)}, ${cut.parts} parts`,
  suits: ({ cut = plain }, { software }) => software === (cut.parts === 1),
  probe: (constants, variant) => ({
    ...probeOf(constants, variant),
    cut: { parts: Number(constants.PARTS), held: Number(constants.HELD) },
  }),
  build(shape, random) {
    const { scene, constants, ...inputs } = inputsOf(shape, random);
    const { group: groupSize, headDim } = scene;
    const built = {
      ...inputs,
      constants: {
        ...constants,
        ...columnSumsConstants(shape.cut ?? plain, { groupSize, headDim }, shape.noise ?? false),
      },
    };
    scenes.set(built, scene);
    return built;
  },
});
