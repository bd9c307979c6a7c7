import type { JSX } from 'preact';
import { MAX_TEXT } from './gpu-choice.ts';

/** A setting that is a short text; emptied, it goes back to its default. */
export function TextSetting(props: {
  id: string;
  label: string;
  hint: string;
  value: string | undefined;
  /** Shown while the setting is absent. */
  absent: string;
  change: (value: string | undefined) => void;
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
        value={props.value ?? ''}
        onChange={({ currentTarget }) => props.change(currentTarget.value.trim() || undefined)}
      />
    </div>
  );
}
