import { createEngine, type Engine, type EngineOptions } from '../../src/index.ts';
import { tinyModel, type TinyModelOptions } from './tiny-model.ts';

/** An engine of a tiny random model; the same options always give the same weights. */
export const tinyEngine = (model: TinyModelOptions = {}, options: Partial<EngineOptions> = {}): Promise<Engine> =>
  createEngine({ model: new Blob([tinyModel(model)]), ...options });
