import type { JSX } from 'preact';
import { gpu } from '../shared/gpu-state.ts';
import { ListField } from '../shared/list-field.tsx';
import { NumberField } from '../shared/number-field.tsx';
import { Group, SidePanel } from '../shared/side-panel.tsx';
import { ThemeSelect } from '../shared/theme-controls.tsx';
import {
  defaultsFor,
  LIST_SPECS,
  MAX_TEXT,
  NUMBER_SPECS,
  OPTIONAL_FEATURES,
  PARTS,
  type Part,
} from './state/bench-spec.ts';
import { changeSettings, settings } from './state/page-settings.ts';
import { settingsOpen } from './state/view-state.ts';

/** What is measured, and how the engine is made. */
export function SettingsPanel(): JSX.Element {
  const now = { ...defaultsFor(gpu.value?.software ?? false), ...settings.value };
  return (
    <SidePanel title="Settings" open={settingsOpen}>
      <Group title="Parts">
        {PARTS.map((part) => (
          <Switch
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
        <TextField id="setting-kernels" label="Only those" hint="whose name has" name="kernels" absent="all" />
      </Group>
      <Group title="GPU">
        {OPTIONAL_FEATURES.map((feature) => (
          <Switch
            key={feature}
            id={`setting-${feature}`}
            label={feature}
            hint="where the GPU has it"
            on={!(now.disable ?? []).includes(feature)}
            change={(on) => {
              const off = OPTIONAL_FEATURES.filter((each) =>
                each === feature ? !on : (now.disable ?? []).includes(each),
              );
              changeSettings({ disable: off.length > 0 ? off : undefined });
            }}
          />
        ))}
        <TextField id="setting-adapter" label="GPU" hint="its name contains" name="adapter" absent="any" />
      </Group>
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

function Switch(props: {
  id: string;
  label: string;
  hint: string;
  on: boolean;
  change: (on: boolean) => void;
}): JSX.Element {
  return (
    <div class="field">
      <label for={props.id}>
        {props.label} <small>{props.hint}</small>
      </label>
      <input
        id={props.id}
        type="checkbox"
        checked={props.on}
        onChange={({ currentTarget }) => props.change(currentTarget.checked)}
      />
    </div>
  );
}

function TextField(props: {
  id: string;
  label: string;
  hint: string;
  name: 'kernels' | 'adapter';
  absent: string;
}): JSX.Element {
  return (
    <div class="field">
      <label for={props.id}>
        {props.label} <small>{props.hint}</small>
      </label>
      <input
        id={props.id}
        type="text"
        maxLength={MAX_TEXT}
        placeholder={props.absent}
        value={settings.value[props.name] ?? ''}
        onChange={({ currentTarget }) => changeSettings({ [props.name]: currentTarget.value.trim() || undefined })}
      />
    </div>
  );
}
