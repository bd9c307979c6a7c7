import type { Signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { Dialog } from './dialog.tsx';
import { formatBytes } from './format.ts';
import { KeptModels } from './kept-models-section.tsx';
import { knownModels } from './manifest.ts';
import { choiceOf, readModelName, type ModelChoice } from './model-choice.ts';

type Choose = (choice: ModelChoice) => void;

/** The model picker: a model of the manifest, a file on this device, or a web address. */
export function ModelDialog(props: {
  open: Signal<boolean>;
  /** What the address field begins with. */
  address: string;
  choose: Choose;
}): JSX.Element {
  const { open, address, choose } = props;
  return (
    <Dialog title="Choose a model" open={open}>
      <section>
        <h3>Known to this page</h3>
        <ul class="models">
          {knownModels.map((model) => (
            <li key={model.name}>
              <span>
                {model.title}
                <small>
                  {formatBytes(model.bytes)} · {model.licence}
                </small>
              </span>
              <button type="button" class="primary" onClick={() => choose({ kind: 'known', model })}>
                Load<span class="visually-hidden"> {model.title}</span>
              </button>
            </li>
          ))}
        </ul>
      </section>
      <KeptModels />
      <FileSection choose={choose} />
      <AddressSection address={address} choose={choose} />
    </Dialog>
  );
}

function FileSection({ choose }: { choose: Choose }): JSX.Element {
  return (
    <section>
      <h3>A file on this device</h3>
      <p class="quiet">A .gguf file of the Llama family. You can also drop it anywhere on this page.</p>
      <label class="file-button">
        Choose a .gguf file…
        <input
          type="file"
          accept=".gguf"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            if (file) choose({ kind: 'file', file });
          }}
        />
      </label>
    </section>
  );
}

function AddressSection({ address, choose }: { address: string; choose: Choose }): JSX.Element {
  const [text, setText] = useState(address);
  const [problem, setProblem] = useState('');
  const submit = (event: Event): void => {
    event.preventDefault();
    const model = readModelName(text);
    if (model === undefined)
      return setProblem('This is not an http(s) address. It should lead straight to a .gguf file.');
    choose(choiceOf(model));
  };
  return (
    <section>
      <h3>A web address</h3>
      <form class="address" noValidate onSubmit={submit}>
        <label>
          <span class="quiet">Address of a .gguf file; its server must allow other sites to read it (CORS).</span>
          <input
            type="url"
            value={text}
            placeholder="https://…/model.gguf"
            autocomplete="off"
            spellcheck={false}
            aria-invalid={problem !== ''}
            aria-describedby="address-problem"
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <button type="submit">Load address</button>
      </form>
      <p id="address-problem" class="field-problem" role="alert">
        {problem}
      </p>
    </section>
  );
}
