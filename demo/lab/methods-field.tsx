import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { Icon } from '../shared/icons.tsx';
import { ListField } from '../shared/list-field.tsx';
import { MethodInfo } from './method-info.tsx';
import { BUDGETS, MAX_METHOD } from './state/lab-spec.ts';
import { addMethod, chips, explained, removeMethod, unusedMethods, type Chip } from './state/method-state.ts';
import { changeSettings, chosen } from './state/page-settings.ts';

/** Which methods are evaluated, and at which sizes. */
export function MethodsField(): JSX.Element {
  /** The setting that the field changes; undefined while it adds one. */
  const [editing, setEditing] = useState<string>();
  const edit = (text: string): void => {
    explained.value = text;
    setEditing(text);
    document.getElementById('method-text')?.focus();
  };
  const problems = chips.value.filter(({ problem }) => problem !== undefined);
  return (
    <section class="part" aria-labelledby="methods-title">
      <h3 id="methods-title">Methods</h3>
      <ul class="chips" aria-label="Methods that are evaluated">
        {chips.value.map((chip) => (
          <MethodChip key={chip.text} chip={chip} editing={chip.text === editing} edit={edit} />
        ))}
      </ul>
      {problems.map(({ text, problem }) => (
        <p key={text} class="field-problem" role="alert">
          {problem}
        </p>
      ))}
      <MethodText key={editing ?? ''} editing={editing} done={() => setEditing(undefined)} />
      <ul class="chips" aria-label="Methods that can be added">
        {unusedMethods.value.map(({ name }) => (
          <li key={name}>
            <button
              type="button"
              class="chip add"
              onClick={() => addMethod(name)}
              onFocus={() => (explained.value = name)}
              onPointerEnter={() => (explained.value = name)}
            >
              <span aria-hidden="true">+ </span>
              <span class="visually-hidden">Add </span>
              {name}
            </button>
          </li>
        ))}
      </ul>
      <div class="budgets">
        <ListField spec={BUDGETS} value={chosen.value.budgets} change={(budgets) => changeSettings({ budgets })} />
        <p class="quiet">
          Each method that does not say its size is run with every budget. A selection takes it as k or pages, beside
          its sinks and recent slots; a mask as its window.
          {chosen.value.task === undefined && ' A cache is cut after each token, unless “every” is said.'}
        </p>
      </div>
      <MethodInfo />
    </section>
  );
}

function MethodChip(props: { chip: Chip; editing: boolean; edit: (text: string) => void }): JSX.Element {
  const { text, problem } = props.chip;
  const explain = (): void => {
    explained.value = text;
  };
  return (
    <li class={problem === undefined ? 'chip' : 'chip bad'} onPointerEnter={explain}>
      <button
        type="button"
        class="chip-name"
        aria-pressed={props.editing}
        onClick={() => props.edit(text)}
        onFocus={explain}
      >
        <span class="visually-hidden">Change </span>
        {text}
      </button>
      <button type="button" class="chip-remove" onClick={() => removeMethod(text)} onFocus={explain}>
        <Icon name="close" />
        <span class="visually-hidden">Remove {text}</span>
      </button>
    </li>
  );
}

/** A method written out, with its parameters. */
function MethodText({ editing, done }: { editing: string | undefined; done: () => void }): JSX.Element {
  const [typed, setTyped] = useState(editing ?? '');
  const [problem, setProblem] = useState('');
  const submit = (event: Event): void => {
    event.preventDefault();
    const found = addMethod(typed.trim(), editing) ?? '';
    setProblem(found);
    if (found !== '') return;
    setTyped('');
    done();
  };
  return (
    <form class="method-text" noValidate onSubmit={submit}>
      <label for="method-text" class="quiet">
        {editing === undefined ? 'With parameters' : `Instead of ${editing}`}
      </label>
      <input
        id="method-text"
        type="text"
        maxLength={MAX_METHOD}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        placeholder="h2o:budget=170,recent=64 + q8"
        value={typed}
        aria-invalid={problem !== ''}
        aria-describedby="method-text-problem"
        onInput={({ currentTarget }) => setTyped(currentTarget.value)}
      />
      <button type="submit" disabled={typed.trim() === ''}>
        {editing === undefined ? 'Add' : 'Change'}
      </button>
      {editing !== undefined && (
        <button type="button" onClick={done}>
          Leave it
        </button>
      )}
      <p id="method-text-problem" class="field-problem" role="alert">
        {problem}
      </p>
    </form>
  );
}
