import type { JSX } from 'preact';

/** One of a few words. */
export function Choice<Key extends string>(props: {
  label: string;
  value: Key;
  options: readonly { readonly key: Key; readonly label: string }[];
  change: (key: Key) => void;
}): JSX.Element {
  const id = `choice-${props.label.toLowerCase().replaceAll(' ', '-')}`;
  return (
    <div class="choice">
      <label class="quiet" for={id}>
        {props.label}
      </label>
      <select
        id={id}
        value={props.value}
        onChange={({ currentTarget }) => {
          const found = props.options.find(({ key }) => key === currentTarget.value);
          if (found) props.change(found.key);
        }}
      >
        {props.options.map(({ key, label }) => (
          <option key={key} value={key}>
            {label}
          </option>
        ))}
      </select>
    </div>
  );
}
