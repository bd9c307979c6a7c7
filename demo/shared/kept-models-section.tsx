import { useEffect, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { StoredFile } from 'winnow-llm';
import { formatBytes } from './format.ts';
import { toProblem } from './problem.ts';
import { choiceTitle } from './model-choice.ts';

/** The model files in this browser's storage, and how to be rid of them. */
export function KeptModels(): JSX.Element | null {
  const [files, setFiles] = useState<readonly StoredFile[]>([]);
  const [problem, setProblem] = useState('');
  const run = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
      setProblem('');
    } catch (error) {
      setProblem(toProblem(error).happened);
    }
  };
  const show = async (): Promise<void> => setFiles(await (await import('winnow-llm')).listStored());
  const remove = async (url: string): Promise<void> => {
    await (await import('winnow-llm')).removeStored(url);
    await show();
  };
  useEffect(() => void run(show), []);
  if (files.length === 0 && problem === '') return null;
  return (
    <section>
      <h3>Kept in this browser</h3>
      <ul class="models">
        {files.map(({ url, bytes, complete }) => (
          <li key={url}>
            <span>
              {choiceTitle({ kind: 'address', url })}
              <small>
                {formatBytes(bytes)}
                {complete ? '' : ', not whole yet'} · from {new URL(url).host}
              </small>
            </span>
            <button type="button" onClick={() => void run(() => remove(url))}>
              Delete<span class="visually-hidden"> {choiceTitle({ kind: 'address', url })} from this browser</span>
            </button>
          </li>
        ))}
      </ul>
      <p class="field-problem" role="alert">
        {problem}
      </p>
    </section>
  );
}
