import { useState } from 'preact/hooks';
import type { JSX, TargetedEvent } from 'preact';
import { readList, type ListSpec } from './list-spec.ts';

/** Numbers with commas between them; emptied, the list goes back to its default. */
export function ListField(props: {
  spec: ListSpec;
  value: readonly number[];
  change: (value: readonly number[] | undefined) => void;
}): JSX.Element {
  const { spec, value } = props;
  const [typed, setTyped] = useState<string>();
  const [problem, setProblem] = useState('');
  const id = `setting-${spec.query}`;
  const onChange = ({ currentTarget }: TargetedEvent<HTMLInputElement>): void => {
    const read = currentTarget.value.trim() === '' ? { value: undefined } : readList(spec, currentTarget.value);
    setProblem('problem' in read ? read.problem : '');
    if ('problem' in read) return;
    props.change(read.value);
    setTyped(undefined);
  };
  return (
    <div class="field long">
      <label for={id}>
        {spec.label} <small>{spec.hint}</small>
      </label>
      <input
        id={id}
        type="text"
        inputMode={spec.fractions ? 'decimal' : 'numeric'}
        autocomplete="off"
        value={typed ?? value.join(', ')}
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
