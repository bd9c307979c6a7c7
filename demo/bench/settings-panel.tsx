import type { JSX } from 'preact';
import { gpu } from '../shared/gpu-state.ts';
import { ListField } from '../shared/list-field.tsx';
import { NumberField } from '../shared/number-field.tsx';
import { GpuSettings } from '../shared/gpu-settings.tsx';
import { Group, SidePanel } from '../shared/side-panel.tsx';
import { SwitchField } from '../shared/switch-field.tsx';
import { TextSetting } from '../shared/text-setting.tsx';
import { ThemeSelect } from '../shared/theme-controls.tsx';
import { defaultsFor, LIST_SPECS, NUMBER_SPECS, PARTS, type Part } from './state/bench-spec.ts';
import { changeSettings, settings } from './state/page-settings.ts';
import { settingsOpen } from './state/view-state.ts';

/** What is measured, and how the engine is made. */
export function SettingsPanel(): JSX.Element {
  const now = { ...defaultsFor(gpu.value?.software ?? false), ...settings.value };
  return (
    <SidePanel title="Settings" open={settingsOpen}>
      <Group title="Parts">
        {PARTS.map((part) => (
          <SwitchField
            key={part}
            id={`part-${part}`}
            label={part === 'model' ? 'Model' : 'Kernels'}
            hint={part === 'model' ? 'whole answers' : 'one by one'}
            on={now.parts.includes(part)}
            change={(on) => changeParts(now.parts, part, on)}
          />
        ))}
      </Group>
      <Group title="Model" note="Lists have commas between their numbers.">
        {LIST_SPECS.map((spec) => (
          <ListField
            key={spec.key}
            spec={spec}
            value={now[spec.key]}
            change={(value) => changeSettings({ [spec.key]: value })}
          />
        ))}
        {NUMBER_SPECS.map((spec) => (
          <NumberField
            key={spec.key}
            spec={spec}
            value={now[spec.key]}
            change={(value) => changeSettings({ [spec.key]: value })}
          />
        ))}
      </Group>
      <Group title="Kernels">
        <TextSetting
          id="setting-kernels"
          label="Only those"
          hint="whose name has"
          absent="all"
          value={settings.value.kernels}
          change={(kernels) => changeSettings({ kernels })}
        />
      </Group>
      <GpuSettings value={now} change={changeSettings} />
      <button type="button" disabled={Object.keys(settings.value).length === 0} onClick={resetSettings}>
        Reset all
      </button>
      <Group title="Colours">
        <ThemeSelect />
      </Group>
      <p class="quiet">The address of this page holds every setting: copy it, and the link measures the same.</p>
    </SidePanel>
  );
}

/** At least one part stays on. */
function changeParts(now: readonly Part[], part: Part, on: boolean): void {
  const next = PARTS.filter((each) => (each === part ? on : now.includes(each)));
  const parts = next.length > 0 ? next : PARTS.filter((each) => each !== part);
  changeSettings({ parts: parts.length === PARTS.length ? undefined : parts });
}

function resetSettings(): void {
  const { model } = settings.value;
  settings.value = model === undefined ? {} : { model };
}
