import manifest from '../../models/manifest.json';

/** What the page needs to know of a model that the project knows by name. */
export interface KnownModel {
  readonly name: string;
  readonly title: string;
  readonly file: string;
  readonly bytes: number;
  readonly licence: string;
  readonly context: number;
  readonly sampling: {
    readonly temperature?: number;
    readonly topP?: number;
    readonly topK?: number;
    readonly minP?: number;
  };
  readonly sources: readonly { readonly kind: string; readonly url?: string }[];
}

export const knownModels: readonly KnownModel[] = manifest.models;

/** The first model of the manifest. */
export const defaultModel = knownModels[0] as KnownModel;

/** Where this server keeps the model's file, if it does. */
export const localAddress = (model: KnownModel): string => new URL(`models/${model.file}`, document.baseURI).href;

/** Addresses elsewhere, in the manifest's order; sources that a browser cannot read are left out. */
export const remoteAddresses = (model: KnownModel): readonly string[] =>
  model.sources.flatMap((source) => (source.kind === 'url' && source.url ? [source.url] : []));
