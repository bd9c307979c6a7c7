// The npm package's own types import @webgpu/types, which clashes with @types/web.
export declare function create(options: string[]): GPU;
export declare const globals: Record<string, unknown>;
