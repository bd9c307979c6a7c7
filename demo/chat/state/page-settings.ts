import { effect, signal } from '@preact/signals';
import type { GenerateOptions } from 'winnow-llm';
import { choiceOf } from '../../shared/model-choice.ts';
import { methodProblem, pickMethods, type MethodTexts } from './method-settings.ts';
import type { NumberKey, Settings } from './settings-spec.ts';
import { readUrlSettings, writeUrlSettings } from './url-settings.ts';

const fromAddress = readUrlSettings(location.search);

/** The settings in force; the address bar always shows them. */
export const settings = signal<Settings>(fromAddress.settings);

/** What the address said and the page did not take. */
export const addressProblems: readonly string[] = fromAddress.problems;

/** The methods as they were typed last, which the package may have refused: then those in `settings` stay in force. */
export const typedMethods = signal<MethodTexts>(fromAddress.typedMethods);

/** Takes typed methods if the package does. */
export function changeMethods(typed: MethodTexts): void {
  typedMethods.value = typed;
  if (methodProblem(typed)) return;
  changeSettings({ cache: typed.cache, attention: typed.attention, kv: typed.kv });
}

/** The methods in force from the next turn on. */
export const chosenMethods = (): MethodTexts => pickMethods(settings.value);

/** Sets some settings; `undefined` takes a setting back to its default. */
export function changeSettings(change: { readonly [key in keyof Settings]?: Settings[key] | undefined }): void {
  const entries = Object.entries({ ...settings.value, ...change }).filter(([, value]) => value !== undefined);
  settings.value = Object.fromEntries(entries) as Settings;
}

/** The number that holds when the visitor chose none; undefined where there is none to show. */
export function defaultNumber(key: NumberKey): number | undefined {
  const choice = choiceOf(settings.value.model);
  const recommended: { readonly [name in NumberKey]?: number } =
    choice.kind === 'known'
      ? { ...choice.model.sampling, context: choice.model.context }
      : { temperature: 0.7, topP: 0.95 };
  return recommended[key] ?? NEUTRAL[key];
}

/** The sampling settings as the engine takes them. */
export function samplingOptions(): GenerateOptions {
  const numbers = SAMPLING_KEYS.map((key) => [key, settings.value[key] ?? defaultNumber(key)] as const);
  return Object.fromEntries(numbers.filter(([, value]) => value !== undefined));
}

/** Keeps the address equal to the settings, so that a copied link opens the same page. */
export function showSettingsInAddress(): void {
  effect(() => {
    history.replaceState(null, '', `${location.pathname}${writeUrlSettings(settings.value)}${location.hash}`);
  });
}

const NEUTRAL: { readonly [key in NumberKey]?: number } = {
  temperature: 0.7,
  topP: 1,
  topK: 0,
  minP: 0,
  repetitionPenalty: 1,
  presencePenalty: 0,
  frequencyPenalty: 0,
};

const SAMPLING_KEYS = [
  'temperature',
  'topP',
  'topK',
  'minP',
  'repetitionPenalty',
  'presencePenalty',
  'frequencyPenalty',
  'seed',
  'maxTokens',
] as const;
