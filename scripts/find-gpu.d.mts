/** Which driver Node gets its WebGPU adapter from: the first that works, only the system's own, or only SwiftShader. */
export type WantedAdapter = 'auto' | 'system' | 'swiftshader';

export interface FoundAdapter {
  /** Which driver it comes from, in words. */
  readonly where: string;
  /** Variables that a new Node process needs to get it. */
  readonly env: Readonly<Record<string, string>>;
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  readonly software: boolean;
  readonly f16: boolean;
}

export interface BrowserLaunchOptions {
  executablePath: string;
  env: Record<string, string>;
  args: string[];
  ignoreDefaultArgs?: string[];
}

export declare const dawnOptions: string[];
export declare const browserMemory: string;
export declare function chromiumPlaces(): string[];
export declare function chromiumPath(): string;
export declare function browserLaunchOptions(): BrowserLaunchOptions;
export declare function browserEnv(executablePath: string): Record<string, string>;
export declare function findAdapter(options?: { wanted?: WantedAdapter }): FoundAdapter;
export declare function dawnEnv(options?: { wanted?: WantedAdapter }): Readonly<Record<string, string>>;
export declare function describeAdapter(
  adapter: Pick<FoundAdapter, 'description' | 'vendor' | 'architecture' | 'f16' | 'software'> & {
    readonly where?: string;
  },
): string;
