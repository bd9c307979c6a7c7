import type { JSX } from 'preact';
import { Group, SidePanel } from '../shared/side-panel.tsx';
import { ThemeSelect } from '../shared/theme-controls.tsx';
import { EngineSettingsFields } from './engine-settings.tsx';
import { MethodSwitch } from './method-switch.tsx';
import { ReportView } from './report-view.tsx';
import { SettingNumber } from './setting-number.tsx';
import { changeSettings, settings } from './state/page-settings.ts';
import { SAMPLING_SPECS } from './state/settings-spec.ts';
import { settingsOpen } from './state/view-state.ts';

/** Everything that can be set on the chat page. */
export function SettingsPanel(): JSX.Element {
  return (
    <SidePanel title="Settings" open={settingsOpen}>
      <Groups />
    </SidePanel>
  );
}

function Groups(): JSX.Element {
  return (
    <>
      <Group title="System prompt" note="From the next message on.">
        <textarea
          aria-label="System prompt"
          rows={3}
          placeholder="None: the model’s template decides."
          value={settings.value.system ?? ''}
          onChange={(event) => changeSettings({ system: event.currentTarget.value || undefined })}
        />
      </Group>
      <Group title="Sampling" note="From the next message on.">
        {SAMPLING_SPECS.map((spec) => (
          <SettingNumber key={spec.key} spec={spec} />
        ))}
        <button
          type="button"
          disabled={!SAMPLING_SPECS.some(({ key }) => settings.value[key] !== undefined)}
          onClick={resetSampling}
        >
          Reset sampling
        </button>
      </Group>
      <Group title="What it keeps and reads" note="From the next message on.">
        <MethodSwitch />
      </Group>
      <Group title="Engine" note="These need the model to be loaded again.">
        <EngineSettingsFields />
      </Group>
      <Group title="What is running">
        <ReportView />
      </Group>
      <Group title="Colours">
        <ThemeSelect />
      </Group>
      <p class="quiet">The address of this page holds every setting of the model: copy it to share or keep them.</p>
    </>
  );
}

const resetSampling = (): void => changeSettings(Object.fromEntries(SAMPLING_SPECS.map(({ key }) => [key, undefined])));
