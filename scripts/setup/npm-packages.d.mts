export declare function whyInstall(folder?: string): string | undefined;
export declare function setupNpmPackages(): Promise<void>;
