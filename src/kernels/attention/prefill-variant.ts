import type { KvType } from '../cache-layout.ts';

/** What chooses the includes of attention of many rows. */
export interface PrefillVariant {
  readonly kv: KvType;
  /** Whether the rows are those of draft trees. Default false. */
  readonly trees?: boolean | undefined;
}
