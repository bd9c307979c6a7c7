import type { JSX } from 'preact';

/** A setting that is on or off. */
export function SwitchField(props: {
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
