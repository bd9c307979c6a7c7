import { runtimeWords } from './runtime-words.ts';

/** What a result says of this browser and of the build of this page. */
export function pageEnvironment(): { readonly commit?: string; readonly runtime: string; readonly platform: string } {
  return { ...runtimeWords(navigator.userAgent), ...(BUILD_COMMIT !== '' && { commit: BUILD_COMMIT }) };
}
