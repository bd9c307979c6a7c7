import type { JSX } from 'preact';

/** Opens files of this device. */
export function OpenButton(props: {
  label: string;
  /** Kinds of files, as the browser's own dialog takes them. */
  accept: string;
  multiple?: boolean;
  take: (files: readonly File[]) => void;
}): JSX.Element {
  return (
    <label class="file-button">
      {props.label}
      <input
        type="file"
        accept={props.accept}
        multiple={props.multiple ?? false}
        onChange={({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])];
          currentTarget.value = ''; // so that the same file can be chosen again
          if (files.length > 0) props.take(files);
        }}
      />
    </label>
  );
}

/** The kinds of files that saved results are. */
export const JSON_FILES = '.json,application/json';
