import { useState } from 'preact/hooks';
import type { JSX, TargetedEvent } from 'preact';
import { readNumber, type NumberSpec } from './number-spec.ts';

/** A number that is taken when it is valid; emptied, it goes back to its default. */
export function NumberField(props: {
  spec: NumberSpec;
  value: number | undefined;
  change: (value: number | undefined) => void;
}): JSX.Element {
  const { spec } = props;
  // What is being typed, until it is taken: a render in between must not put the old value back.
  const [typed, setTyped] = useState<string>();
  const [problem, setProblem] = useState('');
  const id = `setting-${spec.query}`;
  const onChange = ({ currentTarget }: TargetedEvent<HTMLInputElement>): void => {
    const { value, validity } = currentTarget;
    const read = value === '' && !validity.badInput ? { value: undefined } : readNumber(spec, value);
    setProblem('problem' in read ? read.problem : '');
    if ('problem' in read) return;
    props.change(read.value);
    setTyped(undefined);
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
        value={typed ?? props.value ?? ''}
        aria-invalid={problem !== ''}
        aria-describedby={`${id}-problem`}
        onInput={({ currentTarget }) => setTyped(currentTarget.value)}
        onChange={onChange}
      />
      <p id={`${id}-problem`} class="field-problem" role="alert">
        {problem}
      </p>
    </div>
  );
}
