import type { JSX } from 'preact';
import { methodsOf } from 'winnow-llm/eval/records';
import { type AnyMethod } from 'winnow-llm/methods';

/** A setting's methods, each in one sentence with its paper. Nothing for a text that names none. */
export function MethodWords({ text }: { text: string }): JSX.Element | null {
  const methods = methodsIn(text);
  if (methods.length === 0) return null;
  return (
    <>
      {methods.map((method) => (
        <Sentence key={method.name} method={method} />
      ))}
    </>
  );
}

function Sentence({ method: { description, paper } }: { method: AnyMethod }): JSX.Element {
  return (
    <span>
      {description}{' '}
      {paper && (
        <>
          <a href={paper.url} target="_blank" rel="noreferrer">
            {paper.title}
          </a>
          .{' '}
        </>
      )}
    </span>
  );
}

/** The methods that a text names; none where it cannot be read, as it may be in a saved file. */
export function methodsIn(text: string): readonly AnyMethod[] {
  try {
    return methodsOf(text);
  } catch {
    return [];
  }
}
