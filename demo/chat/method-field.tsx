import type { JSX } from 'preact';
import { formatCount } from '../shared/format.ts';
import { firstText, methodOf, methodsOf, NONE, sizeKey, sizeOf, withSize } from './state/method-settings.ts';
import type { MethodPart } from './state/method-settings.ts';

/** Sizes of the slider: powers of two and those half-way between. Slots are counted in tens, pages one by one. */
const sizesOf = (key: string): readonly number[] => {
  const least = key === 'pages' ? 1 : 4;
  return Array.from({ length: 9 }, (_, power) => [2 ** (power + least), 3 * 2 ** (power + least - 1)]).flat();
};

/** One method: its name, how much it keeps or reads, and its whole text for who knows the grammar. */
export function MethodField(props: {
  id: string;
  part: MethodPart;
  label: string;
  /** What no method means. */
  none: string;
  text: string | undefined;
  /** The element that says why it was refused; undefined where it was taken. */
  problemId: string | undefined;
  change: (text: string | undefined) => void;
}): JSX.Element {
  const { id, part, label, none, text, problemId, change } = props;
  const method = methodOf(text);
  const key = method && sizeKey(method);
  const size = text === undefined ? undefined : sizeOf(text);
  return (
    <>
      <div class="field long">
        <label for={id}>{label}</label>
        <select
          id={id}
          value={text === undefined ? NONE : (method?.name ?? '')}
          onChange={({ currentTarget: { value } }) => change(value === NONE ? undefined : firstText(value, text))}
        >
          <option value={NONE}>{none}</option>
          {methodsOf(part).map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
          {text !== undefined && !method && <option value="">as typed</option>}
        </select>
      </div>
      {text !== undefined && (
        <>
          {method && <p class="quiet">{method.description}</p>}
          {key !== undefined && (
            <div class="field long">
              <label for={`${id}-size`}>
                {key} <small>{size === undefined ? 'not set' : formatCount(size)}</small>
              </label>
              <input
                id={`${id}-size`}
                type="range"
                min={0}
                max={sizesOf(key).length - 1}
                step={1}
                value={nearestStep(sizesOf(key), size)}
                aria-valuetext={size === undefined ? 'not set' : formatCount(size)}
                onInput={({ currentTarget }) => change(withSize(text, sizesOf(key)[Number(currentTarget.value)]!))}
              />
            </div>
          )}
          <div class="field whole">
            <label for={`${id}-text`}>
              {label} <small>in full</small>
            </label>
            <input
              id={`${id}-text`}
              type="text"
              spellcheck={false}
              autocapitalize="off"
              autocomplete="off"
              value={text}
              aria-invalid={problemId !== undefined}
              {...(problemId !== undefined && { 'aria-describedby': problemId })}
              onChange={({ currentTarget: { value } }) => change(value.trim() === '' ? undefined : value.trim())}
            />
          </div>
        </>
      )}
    </>
  );
}

/** The step of the slider whose size is nearest by ratio. */
function nearestStep(sizes: readonly number[], size = 0): number {
  const distances = sizes.map((each) => Math.abs(Math.log2(each / Math.max(1, size))));
  return distances.indexOf(Math.min(...distances));
}
