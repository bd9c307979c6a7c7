import text from '../../models/manifest.json?raw';
import type { SamplingOptions } from '../core/api.ts';

export type ManifestSource =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'wheel'; readonly package: string; readonly version: string; readonly bytes: number };

/** A model that is known by name. */
export interface ManifestModel {
  readonly name: string;
  readonly title: string;
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly licence: string;
  /** A context that suits a chat with it, in tokens. */
  readonly context: number;
  /** Sampling that its makers recommend. */
  readonly sampling: SamplingOptions;
  readonly sources: readonly ManifestSource[];
}

/** The models of models/manifest.json. */
export const MANIFEST = (JSON.parse(text) as { readonly models: readonly ManifestModel[] }).models;

/** The model of that name, or the one whose file a path or URL ends with. */
export const findModel = (nameOrPath: string): ManifestModel | undefined =>
  MANIFEST.find(({ name }) => name === nameOrPath) ??
  MANIFEST.find(({ file }) => nameOrPath.split(/[/\\?#]/).includes(file));
