import { describe, expect, test } from 'vitest';
import { requestGpu } from '../../src/gpu/request.ts';
import { createEngine, type Engine } from '../../src/index.ts';
import { tinyModel, type TinyModelOptions } from '../support/tiny-model.ts';

const OPTIONS: TinyModelOptions = { seed: 91, types: { rest: 'Q4_1', embed: 'Q8_0' } };
const PROMPT = Array.from({ length: 20 }, (_, i) => (i * 37 + 5) % 320);

/** An engine on a device whose compiler makes a mistake: `change` is applied to the text of every shader. */
async function engineWith(change: (code: string, label: string) => string): Promise<Engine> {
  const { device } = await requestGpu({ provider: navigator.gpu });
  const create = device.createShaderModule.bind(device);
  device.createShaderModule = (descriptor) =>
    create({ ...descriptor, code: change(descriptor.code, descriptor.label ?? '') });
  return createEngine({ model: new Blob([tinyModel(OPTIONS)]), device });
}

const answer = async (engine: Engine): Promise<readonly number[]> => {
  const { ids } = await engine.generate(PROMPT, { maxTokens: 8, temperature: 0, ignoreEos: true }).result;
  return ids;
};

describe('the self-test', () => {
  test('compares every kernel of a plan once, and finds nothing wrong on a sound device', async () => {
    const engine = await engineWith((code) => code);
    const atStart = (await engine.report()).selfTest.kernels;
    expect(atStart).toBeGreaterThan(7);
    await answer(engine);
    const after = await engine.report();
    expect(after.selfTest.kernels).toBeGreaterThan(atStart);
    expect(after.fallbacks).toEqual([]);
    expect(after.selfTest.notCompared).toEqual([]);
    await answer(engine);
    expect((await engine.report()).selfTest.kernels).toBe(after.selfTest.kernels);
    await engine.dispose();
  });

  test('replaces a matrix kernel that computes wrongly, says so, and the answer is right', async () => {
    const sound = await engineWith((code) => code);
    const right = await answer(sound);
    await sound.dispose();
    // Only the shapes with two batch rows or lanes handed round are wrong: the plain kernel has neither.
    const engine = await engineWith((code, label) =>
      label.includes('activations.broadcast') || label.includes('PAIRS=4')
        ? code.replace('block_quad(even0, part)', '(block_quad(even0, part) * 1.5)')
        : code,
    );
    expect(await answer(engine)).toEqual(right);
    const { fallbacks } = await engine.report();
    expect(fallbacks.length).toBeGreaterThan(3);
    expect(fallbacks[0]).toMatch(/rows .* computes wrongly on this device \(element \d+ is .* instead of .*\)/);
    await engine.dispose();
  });

  test('refuses a device on which every kernel of a kind is wrong', async () => {
    await expect(
      engineWith((code) => code.replaceAll('values : vec2f) {', 'values_in : vec2f) { let values = values_in * 0.5;')),
    ).rejects.toMatchObject({ code: 'kernel-wrong' });
    await expect(
      engineWith((code, label) => (label.startsWith('attention/') ? code.replaceAll('exp2(', 'exp2(0.5 * ') : code)),
    ).rejects.toMatchObject({ code: 'kernel-wrong', message: expect.stringContaining('attention') as string });
  });

  test('refuses methods whose kernels compute wrongly, and goes on without them', async () => {
    const engine = await engineWith((code, label) =>
      label.startsWith('selection/page-top-k')
        ? code.replace('max(q * low, q * high)', 'min(q * low, q * high)')
        : code,
    );
    const right = await answer(engine);
    const quest = engine.conversation({ attention: 'quest:pages=2' });
    await expect(quest.send('a few words', { maxTokens: 4, ignoreEos: true }).result).rejects.toMatchObject({
      code: 'kernel-wrong',
      message: expect.stringContaining('selection/page-top-k') as string,
    });
    expect(await answer(engine)).toEqual(right);
    expect((await engine.report()).selfTest.notCompared).toEqual([]);
    await engine.dispose();
  });

  test('refuses a device on which tokens are drawn wrongly', async () => {
    await expect(
      engineWith((code, label) =>
        label.startsWith('sampling/sample')
          ? code.replace(
              'outputs[output_token_at(row, 0u)] = token;',
              'outputs[output_token_at(row, 0u)] = token ^ 1u;',
            )
          : code,
      ),
    ).rejects.toMatchObject({
      code: 'kernel-wrong',
      message: expect.stringContaining('sampling/sample') as string,
    });
  });
});
