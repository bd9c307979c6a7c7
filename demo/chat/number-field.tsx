import { useState } from 'preact/hooks';
import type { JSX, TargetedEvent } from 'preact';
import { changeSettings, defaultNumber, settings } from './state/page-settings.ts';
import { readNumber, type NumberSpec } from './state/settings-spec.ts';

/** A number that is taken when it is valid; emptied, it goes back to its default. */
export function NumberField({ spec }: { spec: NumberSpec }): JSX.Element {
  const [problem, setProblem] = useState('');
  const id = `setting-${spec.query}`;
  const onChange = ({ currentTarget }: TargetedEvent<HTMLInputElement>): void => {
    if (currentTarget.value === '' && !currentTarget.validity.badInput) {
      setProblem('');
      return changeSettings({ [spec.key]: undefined });
    }
    const read = readNumber(spec, currentTarget.value);
    setProblem('problem' in read ? read.problem : '');
    if ('value' in read) changeSettings({ [spec.key]: read.value });
  };
  return (
    <div class="field">
      <label for={id}>
        {spec.label} <small>{spec.hint}</small>
      </label>
      <input
        id={id}
        type="number"
        min={spec.min}
        max={spec.max}
        step={spec.step}
        placeholder={spec.absent ?? ''}
        value={settings.value[spec.key] ?? defaultNumber(spec.key) ?? ''}
        aria-invalid={problem !== ''}
        aria-describedby={`${id}-problem`}
        onChange={onChange}
      />
      <p id={`${id}-problem`} class="field-problem" role="alert">
        {problem}
      </p>
    </div>
  );
}
