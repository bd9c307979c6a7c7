import type { JSX } from 'preact';
import { GpuSettings } from '../shared/gpu-settings.tsx';
import { NumberField } from '../shared/number-field.tsx';
import { Group, SidePanel } from '../shared/side-panel.tsx';
import { SwitchField } from '../shared/switch-field.tsx';
import { ThemeSelect } from '../shared/theme-controls.tsx';
import { NUMBER_SPECS } from './state/lab-spec.ts';
import { changeSettings, chosen, settings } from './state/page-settings.ts';
import { settingsOpen } from './state/view-state.ts';

/** How long the evaluation is, what it measures besides, and how the engine is made. */
export function SettingsPanel(): JSX.Element {
  return (
    <SidePanel title="Settings" open={settingsOpen}>
      <Group
        title="Lengths"
        note="A text must have as many tokens as both together, and one more. The lengths of a task stand beside its choice."
      >
        {NUMBER_SPECS.map((spec) => (
          <NumberField
            key={spec.key}
            spec={spec}
            value={chosen.value[spec.key]}
            change={(value) => changeSettings({ [spec.key]: value })}
          />
        ))}
      </Group>
      <Group
        title="Attention"
        note="Of a text: the share of all attention that falls on what is read. It takes memory for all keys, and time."
      >
        <SwitchField
          id="setting-mass"
          label="Attention kept"
          hint="measure it"
          on={chosen.value.mass ?? false}
          change={(on) => changeSettings({ mass: on ? true : undefined })}
        />
      </Group>
      <GpuSettings value={settings.value} change={changeSettings} />
      <button type="button" disabled={Object.keys(settings.value).length === 0} onClick={resetSettings}>
        Reset all
      </button>
      <Group title="Colours">
        <ThemeSelect />
      </Group>
      <p class="quiet">The address of this page holds every setting: copy it, and the link evaluates the same.</p>
    </SidePanel>
  );
}

/** All defaults, but the model and the text stay. */
function resetSettings(): void {
  const { model, text, textName } = settings.value;
  settings.value = {
    ...(model !== undefined && { model }),
    ...(text !== undefined && { text }),
    ...(textName !== undefined && { textName }),
  };
}
