import { signal } from '@preact/signals';
import type { Engine, LoadProgress, Report } from 'winnow-llm';
import { isAbort, toProblem, type Problem } from '../../shared/problem.ts';
import { checkGpu } from '../../shared/gpu-check.ts';
import { choiceOf, type ModelChoice } from '../../shared/model-choice.ts';
import { findSource } from '../../shared/model-source.ts';
import { settings } from './page-settings.ts';
import { keptFile } from '../../shared/kept-models.ts';
import type { Settings } from './settings-spec.ts';
import { TransferRate } from '../../shared/transfer-rate.ts';

/** Where the page stands with its model. */
export type EngineState =
  | { readonly phase: 'starting' }
  | { readonly phase: 'unsupported'; readonly problem: Problem }
  | { readonly phase: 'offer'; readonly choice: ModelChoice; readonly cancelled: boolean; readonly keptBytes: number }
  | {
      readonly phase: 'loading';
      readonly choice: ModelChoice;
      readonly from: string;
      readonly progress: LoadProgress | undefined;
      readonly bytesPerSecond: number | undefined;
      readonly millisecondsLeft: number | undefined;
    }
  | { readonly phase: 'ready'; readonly choice: ModelChoice; readonly from: string; readonly engine: Engine }
  | {
      readonly phase: 'lost';
      readonly choice: ModelChoice;
      readonly from: string;
      readonly engine: Engine;
      readonly problem: Problem;
      readonly restoring: boolean;
    }
  | { readonly phase: 'failed'; readonly choice: ModelChoice; readonly problem: Problem };

export const engineState = signal<EngineState>({ phase: 'starting' });

/** The GPU as the browser names it, before an engine reports more. */
export const gpu = signal<string | undefined>(undefined);

/** What the engine last reported; undefined while none is loaded. */
export const report = signal<Report | undefined>(undefined);

/** The settings that the engine was made with: others of them need it to be loaded again. */
export const loadedWith = signal<EngineSettings | undefined>(undefined);

export type EngineSettings = Pick<Settings, 'context' | 'disable' | 'adapter'>;
export const engineSettings = ({ context, disable, adapter }: Settings): EngineSettings => ({
  ...(context !== undefined && { context }),
  ...(disable !== undefined && { disable }),
  ...(adapter !== undefined && { adapter }),
});

let loading: AbortController | undefined;

/** Looks at the GPU, and loads the model at once when this browser keeps it already. */
export async function start(): Promise<void> {
  const { problem, name } = await checkGpu();
  if (problem) {
    engineState.value = { phase: 'unsupported', problem };
    return;
  }
  gpu.value = name;
  const choice = choiceOf(settings.value.model);
  const kept = await keptFile(choice).catch(() => undefined); // storage that cannot be read keeps nothing
  if (kept?.complete) await load(choice);
  else engineState.value = { phase: 'offer', choice, cancelled: false, keptBytes: kept?.bytes ?? 0 };
}

/** Loads a model in place of the present one. Cancelling keeps what arrived; failing keeps the page usable. */
export async function load(choice: ModelChoice): Promise<void> {
  const controller = new AbortController();
  loading?.abort();
  loading = controller;
  const previous = engineOf(engineState.value);
  const rate = new TransferRate();
  const show = (from: string, progress: LoadProgress | undefined): void => {
    if (controller.signal.aborted) return;
    if (progress) rate.add(progress.loadedBytes, performance.now());
    const millisecondsLeft = progress && rate.millisecondsLeft(progress.totalBytes);
    engineState.value = {
      phase: 'loading',
      choice,
      from,
      progress,
      bytesPerSecond: rate.bytesPerSecond,
      millisecondsLeft,
    };
  };

  show('', undefined);
  report.value = undefined;
  loadedWith.value = undefined;
  try {
    await previous?.dispose();
    const options = engineSettings({
      ...(choice.kind === 'known' && { context: choice.model.context }),
      ...settings.value,
    });
    const [{ createWorkerEngine, askPersistence }, { model, from }] = await Promise.all([
      import('winnow-llm'),
      findSource(choice, controller.signal),
    ]);
    show(from, undefined);
    if (typeof model === 'string') void askPersistence(); // only a page can ask; the answer changes nothing here
    const engine = await createWorkerEngine({
      ...options,
      model,
      signal: controller.signal,
      onProgress: (progress) => show(from, progress),
    });
    if (controller.signal.aborted) {
      await engine.dispose();
      return;
    }
    loadedWith.value = engineSettings(settings.value);
    engineState.value = { phase: 'ready', choice, from, engine };
    await refreshReport();
  } catch (error) {
    if (loading !== controller) return; // another load has taken over
    if (controller.signal.aborted || isAbort(error)) await offerAgain(choice);
    else engineState.value = { phase: 'failed', choice, problem: toProblem(error) };
  }
}

/** Stops loading; the bytes that arrived stay for the next try. */
export function cancelLoad(): void {
  loading?.abort();
  const state = engineState.value;
  if (state.phase === 'loading')
    engineState.value = { phase: 'offer', choice: state.choice, cancelled: true, keptBytes: 0 };
}

/** After a cancelled load: what has arrived is counted once the download has really ended. */
async function offerAgain(choice: ModelChoice): Promise<void> {
  const kept = await keptFile(choice).catch(() => undefined);
  if (engineState.value.phase === 'offer') {
    engineState.value = { phase: 'offer', choice, cancelled: true, keptBytes: kept?.bytes ?? 0 };
  }
}

/** Asks the engine what it uses now. */
export async function refreshReport(): Promise<void> {
  const engine = engineOf(engineState.value);
  if (!engine) return;
  try {
    report.value = await engine.report();
  } catch (error) {
    noteEngineLoss(error);
  }
}

/** Leaves the "ready" state when the error says that the GPU device or the engine's worker went away. */
export function noteEngineLoss(error: unknown): void {
  const problem = toProblem(error);
  const state = engineState.value;
  if (state.phase !== 'ready') return;
  if (problem.code === 'device-lost') engineState.value = { ...state, phase: 'lost', problem, restoring: false };
  if (problem.code === 'worker-failed') engineState.value = { phase: 'failed', choice: state.choice, problem };
}

/** Brings the engine back after a lost device. True when it is ready again. */
export async function restore(): Promise<boolean> {
  const state = engineState.value;
  if (state.phase !== 'lost') return false;
  engineState.value = { ...state, restoring: true };
  try {
    await state.engine.restore();
    engineState.value = { phase: 'ready', choice: state.choice, from: state.from, engine: state.engine };
    await refreshReport();
    return true;
  } catch (error) {
    engineState.value = { ...state, restoring: false, problem: toProblem(error) };
    return false;
  }
}

/** Gives the GPU memory back when the page goes away. */
export function disposeOnLeave(): void {
  addEventListener('pagehide', (event) => {
    if (event.persisted) return; // kept for the back button, with its engine
    loading?.abort();
    void engineOf(engineState.value)?.dispose();
  });
}

const engineOf = (state: EngineState): Engine | undefined =>
  state.phase === 'ready' || state.phase === 'lost' ? state.engine : undefined;
