import type { JSX } from 'preact';
import type { KvType } from 'winnow-llm/methods';
import { MethodField } from './method-field.tsx';
import { KV_TYPES, methodProblem, type MethodPart, type MethodTexts } from './state/method-settings.ts';

/** Chooses methods; those that the package refuses stay as they were typed, with its reason. */
export function MethodFields(props: {
  /** Begins the ids of the fields. */
  id: string;
  typed: MethodTexts;
  change: (typed: MethodTexts) => void;
}): JSX.Element {
  const { id, typed, change } = props;
  const problem = methodProblem(typed);
  const problemId = `${id}-problem`;
  const set = (part: MethodPart | 'kv', value: string | undefined): void => {
    const { [part]: _before, ...rest } = typed;
    change(value === undefined ? rest : { ...rest, [part]: value });
  };
  return (
    <>
      <MethodField
        id={`${id}-cache`}
        part="cache"
        label="Cache"
        none="everything is kept"
        text={typed.cache}
        problemId={problem && problemId}
        change={(text) => set('cache', text)}
      />
      <MethodField
        id={`${id}-attention`}
        part="attention"
        label="Attention"
        none="everything is read"
        text={typed.attention}
        problemId={problem && problemId}
        change={(text) => set('attention', text)}
      />
      <div class="field long">
        <label for={`${id}-kv`}>
          Stored as <small>keys, values</small>
        </label>
        <select
          id={`${id}-kv`}
          value={typed.kv ?? 'f16'}
          onChange={({ currentTarget }) => set('kv', kvOf(currentTarget.value))}
        >
          {KV_TYPES.map((type) => (
            <option key={type} value={type}>
              {type}
            </option>
          ))}
        </select>
      </div>
      <p id={problemId} class="field-problem" role="alert">
        {problem && `Not taken: ${problem.happened} ${problem.expected} ${problem.todo}`}
      </p>
    </>
  );
}

/** The default is left out of the settings. */
const kvOf = (value: string): KvType | undefined => KV_TYPES.find((type) => type === value && type !== 'f16');
