import type { JSX } from 'preact';
import { OPTIONAL_FEATURES, type GpuChoice } from './gpu-choice.ts';
import { Group } from './side-panel.tsx';
import { SwitchField } from './switch-field.tsx';
import { TextSetting } from './text-setting.tsx';

/** Which GPU, and what of it may be used. */
export function GpuSettings(props: {
  value: GpuChoice;
  change: (change: { readonly [key in keyof GpuChoice]?: GpuChoice[key] | undefined }) => void;
}): JSX.Element {
  const { adapter, disable = [] } = props.value;
  return (
    <Group title="GPU">
      {OPTIONAL_FEATURES.map((feature) => (
        <SwitchField
          key={feature}
          id={`setting-${feature}`}
          label={feature}
          hint="where the GPU has it"
          on={!disable.includes(feature)}
          change={(on) => {
            const off = OPTIONAL_FEATURES.filter((each) => (each === feature ? !on : disable.includes(each)));
            props.change({ disable: off.length > 0 ? off : undefined });
          }}
        />
      ))}
      <TextSetting
        id="setting-adapter"
        label="GPU"
        hint="its name contains"
        absent="any"
        value={adapter}
        change={(value) => props.change({ adapter: value })}
      />
    </Group>
  );
}
