import { signal } from '@preact/signals';
import type { BenchProgress } from 'winnow-llm/bench';
import { announce } from '../../shared/announcer.tsx';
import { checkGpu } from '../../shared/gpu-check.ts';
import { keptFile } from '../../shared/kept-models.ts';
import { choiceOf, type ModelChoice } from '../../shared/model-choice.ts';
import { findSource } from '../../shared/model-source.ts';
import { isAbort, toProblem, type Problem } from '../../shared/problem.ts';
import { runtimeWords } from '../data/runtime-words.ts';
import { chosenSettings, PARTS } from './bench-spec.ts';
import { measureInWorker } from './bench-client.ts';
import { settings } from './page-settings.ts';
import { showRun, shown } from './results-state.ts';

/** Where the page stands with measuring; the results are a matter of their own. */
export type RunState =
  | { readonly phase: 'starting' }
  | { readonly phase: 'unsupported'; readonly problem: Problem }
  | { readonly phase: 'idle' }
  | { readonly phase: 'running'; readonly progress: BenchProgress | undefined; readonly stopping: boolean }
  | { readonly phase: 'failed'; readonly problem: Problem };

export const runState = signal<RunState>({ phase: 'starting' });

/** The GPU as the browser names it; `software`: it computes on the CPU, as far as its name tells. */
export const gpu = signal<{ readonly name: string; readonly software: boolean } | undefined>(undefined);

/** The model to measure: what the settings say, or a file of this device, which no address can hold. */
export const model = signal<ModelChoice>(choiceOf(settings.value.model));

/** Bytes of the model that this browser keeps already; undefined until that is known. */
export const kept = signal<{ readonly bytes: number; readonly complete: boolean } | undefined>(undefined);

let running: AbortController | undefined;

/** Looks at the GPU and at what this browser keeps of the model. */
export async function start(): Promise<void> {
  const { problem, name = '' } = await checkGpu();
  if (problem) {
    runState.value = { phase: 'unsupported', problem };
    return;
  }
  gpu.value = { name, software: /swiftshader|llvmpipe|lavapipe|basic render|software/i.test(name) };
  runState.value = { phase: 'idle' };
  await lookForKept();
}

/** Takes another model for the next run. */
export async function chooseModel(choice: ModelChoice): Promise<void> {
  model.value = choice;
  kept.value = undefined;
  await lookForKept();
}

async function lookForKept(): Promise<void> {
  const choice = model.value;
  const file = await keptFile(choice).catch(() => undefined); // storage that cannot be read keeps nothing
  if (choice === model.value) kept.value = file ?? { bytes: 0, complete: false };
}

/** Measures what the settings ask for. What is finished stays on the page, however the run ends. */
export async function run(): Promise<void> {
  if (runState.value.phase === 'running') return;
  const controller = new AbortController();
  running = controller;
  runState.value = { phase: 'running', progress: undefined, stopping: false };
  let ended: 'aborted' | 'failed' = 'failed';
  let begun = false;
  try {
    const { parts = PARTS, adapter, disable } = settings.value;
    const source = parts.includes('model') ? await findSource(model.value, controller.signal) : undefined;
    const { runtime, platform } = runtimeWords(navigator.userAgent);
    const result = await measureInWorker({
      message: {
        type: 'start',
        settings: chosenSettings(settings.value),
        adapter: { ...(adapter !== undefined && { adapter }), ...(disable !== undefined && { disable }) },
        environment: { runtime, platform, ...(BUILD_COMMIT !== '' && { commit: BUILD_COMMIT }) },
        ...(source && { model: source.model }),
      },
      signal: controller.signal,
      onProgress: (progress) => {
        if (runState.value.phase === 'running') runState.value = { ...runState.value, progress };
      },
      onPartial: (partial) => {
        begun = true;
        showRun(partial, 'running');
      },
    });
    showRun(result, 'yes');
    runState.value = { phase: 'idle' };
    announce('The benchmark is done.');
    return;
  } catch (error) {
    ended = controller.signal.aborted || isAbort(error) ? 'aborted' : 'failed';
    runState.value = ended === 'aborted' ? { phase: 'idle' } : { phase: 'failed', problem: toProblem(error) };
    announce(ended === 'aborted' ? 'The benchmark was stopped.' : 'The benchmark failed.');
  } finally {
    running = undefined;
    void lookForKept();
  }
  if (begun && shown.value?.ended === 'running') shown.value = { ...shown.value, ended };
}

/** Ends the run; what is finished stays. */
export function stop(): void {
  if (runState.value.phase === 'running') runState.value = { ...runState.value, stopping: true };
  running?.abort();
}

/** Ends the run when the page goes away, so that the GPU is free at once. */
export function stopOnLeave(): void {
  addEventListener('pagehide', (event) => {
    if (!event.persisted) running?.abort();
  });
}
