import { computed, effect, signal } from '@preact/signals';
import { gpu } from '../../shared/gpu-state.ts';
import { defaultsFor, type Defaults, type Settings } from './lab-spec.ts';
import { readUrlSettings, writeUrlSettings } from './url-settings.ts';

const fromAddress = readUrlSettings(location.search);

/** The settings in force; the address bar always shows them. */
export const settings = signal<Settings>(fromAddress.settings);

/** The same with the defaults that suit this GPU. */
export const chosen = computed<Settings & Defaults>(() => ({
  ...defaultsFor(gpu.value?.software ?? false),
  ...settings.value,
}));

/** What the address said and the page did not take. */
export const addressProblems: readonly string[] = fromAddress.problems;

/** Sets some settings; `undefined` takes a setting back to its default. */
export function changeSettings(change: { readonly [key in keyof Settings]?: Settings[key] | undefined }): void {
  const entries = Object.entries({ ...settings.value, ...change }).filter(([, value]) => value !== undefined);
  settings.value = Object.fromEntries(entries) as Settings;
}

/** Keeps the address equal to the settings, so that a copied link evaluates the same. */
export function showSettingsInAddress(): void {
  effect(() => {
    history.replaceState(null, '', `${location.pathname}${writeUrlSettings(settings.value)}${location.hash}`);
  });
}
