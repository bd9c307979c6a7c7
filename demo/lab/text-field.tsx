import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { formatCount } from '../shared/format.ts';
import { OpenButton } from '../shared/open-button.tsx';
import { MAX_LINK_TEXT, SAMPLE_NAME } from './state/lab-spec.ts';
import { missingText, openText, takeText, text } from './state/text-state.ts';

/** Which text is fed: the sample, or one that is pasted, dropped or opened. */
export function TextField(): JSX.Element {
  const { name, content } = text.value;
  // Emptied to make room for another text: the sample comes back only when the field is left so.
  const [emptied, setEmptied] = useState(false);
  const sample = name === SAMPLE_NAME;
  return (
    <section class="part" aria-labelledby="text-title">
      <h3 id="text-title">Text</h3>
      {missingText.value !== undefined && (
        <p class="field-problem" role="alert">
          This link was made with “{missingText.value}”, which is too long for a link. Open that text here for the same
          figures; till then it is {SAMPLE_NAME}.
        </p>
      )}
      <label for="text-content" class="quiet">
        {sample ? `${capital(name)}, in the public domain` : name}, {formatCount(content.length)} characters. Paste
        another over it, or drop a file on the page.
      </label>
      <textarea
        id="text-content"
        rows={4}
        spellcheck={false}
        value={emptied ? '' : content}
        onInput={({ currentTarget: { value } }) => {
          setEmptied(value.trim() === '');
          if (value.trim() !== '') takeText(value);
        }}
        onBlur={() => {
          if (emptied) takeText('');
          setEmptied(false);
        }}
      />
      <div class="buttons">
        <OpenButton label="Open a text file…" accept=".txt,.md,text/*" take={([file]) => file && void openText(file)} />
        {!sample && (
          <button type="button" onClick={() => takeText('')}>
            Use the sample again
          </button>
        )}
        {!sample && (
          <span class="quiet">
            {content.length <= MAX_LINK_TEXT
              ? 'The text is part of the link.'
              : `The text is not in the link: it has more than ${formatCount(MAX_LINK_TEXT)} characters.`}
          </span>
        )}
      </div>
    </section>
  );
}

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);
