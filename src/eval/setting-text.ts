import type { KvType } from '../core/kv-types.ts';

/** One setting of methods to evaluate, in words. */
export interface EvalSetting {
  readonly cache?: string | undefined;
  readonly attention?: string | undefined;
  readonly kv?: KvType | undefined;
}

/** `h2o:budget=170 + q8`: a setting as one text; 'dense' when nothing is set. */
export function settingText({ cache, attention, kv }: EvalSetting): string {
  const parts = [cache, attention, kv].filter((part) => part !== undefined);
  return parts.length === 0 ? 'dense' : parts.join(' + ');
}
