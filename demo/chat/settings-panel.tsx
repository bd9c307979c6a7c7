import type { ComponentChildren, JSX } from 'preact';
import { Dialog } from './dialog.tsx';
import { EngineSettingsFields } from './engine-settings.tsx';
import { Icon } from './icons.tsx';
import { NumberField } from './number-field.tsx';
import { ReportView } from './report-view.tsx';
import { changeSettings, settings } from './state/page-settings.ts';
import { SAMPLING_SPECS } from './state/settings-spec.ts';
import { settingsOpen, wide } from './state/view-state.ts';
import { THEMES, theme } from './theme.ts';

/** Everything that can be set: beside the conversation where there is room, else in a sheet. */
export function SettingsPanel(): JSX.Element | null {
  if (!wide.value) {
    return (
      <Dialog title="Settings" open={settingsOpen}>
        <Groups />
      </Dialog>
    );
  }
  if (!settingsOpen.value) return null;
  return (
    <aside class="settings" aria-label="Settings">
      <div class="dialog-head">
        <h2>Settings</h2>
        <button type="button" class="tool icon-only" onClick={() => (settingsOpen.value = false)}>
          <Icon name="close" />
          <span class="visually-hidden">Close settings</span>
        </button>
      </div>
      <Groups />
    </aside>
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
          <NumberField key={spec.key} spec={spec} />
        ))}
        <button
          type="button"
          disabled={!SAMPLING_SPECS.some(({ key }) => settings.value[key] !== undefined)}
          onClick={resetSampling}
        >
          Reset sampling
        </button>
      </Group>
      <Group title="Engine" note="These need the model to be loaded again.">
        <EngineSettingsFields />
      </Group>
      <Group title="What is running">
        <ReportView />
      </Group>
      <Group title="Colours">
        <select
          aria-label="Colours"
          value={theme.value}
          onChange={({ currentTarget }) =>
            (theme.value = THEMES.find((each) => each === currentTarget.value) ?? 'system')
          }
        >
          {THEMES.map((each) => (
            <option key={each} value={each}>
              {each === 'system' ? 'as the device' : each}
            </option>
          ))}
        </select>
      </Group>
      <p class="quiet">The address of this page holds every setting of the model: copy it to share or keep them.</p>
    </>
  );
}

function Group(props: { title: string; note?: string; children: ComponentChildren }): JSX.Element {
  return (
    <section class="group" aria-label={props.title}>
      <h3>{props.title}</h3>
      {props.note && <p class="quiet">{props.note}</p>}
      {props.children}
    </section>
  );
}

const resetSampling = (): void => changeSettings(Object.fromEntries(SAMPLING_SPECS.map(({ key }) => [key, undefined])));
