/** What an engine that is not there reports. */

import type { EngineOptions, Report } from '../../../src/core/api.ts';

export const SCRIPTED_FILE_BYTES = 98_362_432;

export const scriptedReport = (options: EngineOptions): Report => ({
  version: '0.1.0',
  adapter: {
    vendor: 'example',
    architecture: 'scripted',
    device: '',
    description: 'Example GPU 4000 (scripted)',
    features: ['shader-f16', 'subgroups'],
  },
  featuresUsed: ['subgroups'],
  featuresDisabled: ['shader-f16'],
  model: {
    name: 'scripted',
    architecture: 'llama',
    layers: 30,
    context: options.context ?? 2048,
    fileBytes: SCRIPTED_FILE_BYTES,
  },
  precision: {
    weights: { Q4_1: 66_355_200, Q8_0: 30_081_024, F32: 140_544 },
    activations: 'f32',
    cache: options.kv ?? 'f16',
  },
  kernels: {},
  bytes: { weights: 98_000_000, cache: 46_080_000, activations: 12_000_000, total: 156_080_000, peak: 161_000_000 },
  buffers: 64,
  perToken: { dispatches: 214, dispatchesPerLayer: 7, bindGroupsCreated: 0, buffersCreated: 0, bytesWritten: 0 },
  cache: {
    pages: 32,
    pageSlots: 64,
    slotsUsed: 43,
    capacity: options.context ?? 2048,
    growths: 0,
    shrinks: 0,
    peakBytes: 0,
  },
  conversations: [],
  steps: { prefill: 1, decode: 40, rolledBack: 0, maxInFlight: 2 },
  range: { scaled: [], ended: [] },
  load: { milliseconds: 2310, repackedTensors: 211 },
  tuning: { source: 'measured', milliseconds: 940, complete: true, choices: [] },
  selfTest: { kernels: 12, milliseconds: 31, notCompared: [] },
  fallbacks: ['No shader-f16: arithmetic on packed halves goes through f32.'],
});
