import type { JSX } from 'preact';
import { defaultText, type AnyMethod } from 'winnow-llm/methods';
import { methodsIn, MethodWords } from './method-words.tsx';
import { explained } from './state/method-state.ts';

/** What the method that is pointed at does, where it comes from, and what it can be set to. */
export function MethodInfo(): JSX.Element {
  const text = explained.value;
  const methods = methodsIn(text);
  return (
    <div class="method-info" role="region" aria-label="About the method">
      {methods.length === 0 ? (
        <p class="quiet">Point at a method, and what it does stands here.</p>
      ) : (
        <>
          <p>
            <strong>{text}</strong> <MethodWords text={text} />
          </p>
          {methods.map((method) => (
            <Details key={method.name} method={method} />
          ))}
        </>
      )}
    </div>
  );
}

function Details({ method: { status, parameters, paper } }: { method: AnyMethod }): JSX.Element | null {
  if (parameters.length === 0) return null;
  return (
    <p class="quiet">
      {paper && status !== 'faithful' && <>It {status.replace('differs: ', 'differs from the paper: ')}. </>}
      Parameters:{' '}
      {parameters
        .map(
          (parameter) =>
            `${parameter.key} (${parameter.default === 'required' ? 'the budget' : defaultText(parameter)})`,
        )
        .join(', ')}
      .
    </p>
  );
}
