import type { JSX } from 'preact';
import type { OptionalFeature } from 'winnow-llm';
import { SettingNumber } from './setting-number.tsx';
import { engineSettings, engineState, load, loadedWith } from './state/engine-state.ts';
import { changeSettings, settings } from './state/page-settings.ts';
import { CONTEXT_SPEC, OPTIONAL_FEATURES } from './state/settings-spec.ts';

/** Settings that shape the engine itself, and the button that loads it again with them. */
export function EngineSettingsFields(): JSX.Element {
  const { disable = [], adapter } = settings.value;
  const toggle = (feature: OptionalFeature, on: boolean): void => {
    const next = OPTIONAL_FEATURES.filter((each) => (each === feature ? !on : disable.includes(each)));
    changeSettings({ disable: next.length > 0 ? next : undefined });
  };
  const state = engineState.value;
  const changed = loadedWith.value && !same(loadedWith.value, engineSettings(settings.value));
  return (
    <>
      <SettingNumber spec={CONTEXT_SPEC} />
      {OPTIONAL_FEATURES.map((feature) => (
        <div class="field" key={feature}>
          <label for={`setting-${feature}`}>
            {feature} <small>where the GPU has it</small>
          </label>
          <input
            id={`setting-${feature}`}
            type="checkbox"
            checked={!disable.includes(feature)}
            onChange={({ currentTarget }) => toggle(feature, currentTarget.checked)}
          />
        </div>
      ))}
      <div class="field">
        <label for="setting-adapter">
          GPU <small>its name contains</small>
        </label>
        <input
          id="setting-adapter"
          type="text"
          placeholder="any"
          value={adapter ?? ''}
          onChange={({ currentTarget }) => changeSettings({ adapter: currentTarget.value || undefined })}
        />
      </div>
      {changed && state.phase === 'ready' && (
        <button type="button" class="primary" onClick={() => void load(state.choice)}>
          Load the model again
        </button>
      )}
    </>
  );
}

const same = (a: object, b: object): boolean => JSON.stringify(a) === JSON.stringify(b);
