import type { AttentionBackend } from './backend.ts';

export const withMethods = (dense: AttentionBackend): AttentionBackend => dense;
