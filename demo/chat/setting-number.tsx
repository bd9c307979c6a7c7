import type { JSX } from 'preact';
import { NumberField } from '../shared/number-field.tsx';
import type { NumberSpec } from '../shared/number-spec.ts';
import { changeSettings, defaultNumber, settings } from './state/page-settings.ts';
import type { NumberKey } from './state/settings-spec.ts';

/** A number among the page's settings; without one of the visitor's, the default is shown. */
export function SettingNumber({ spec }: { spec: NumberSpec<NumberKey> }): JSX.Element {
  return (
    <NumberField
      spec={spec}
      value={settings.value[spec.key] ?? defaultNumber(spec.key)}
      change={(value) => changeSettings({ [spec.key]: value })}
    />
  );
}
