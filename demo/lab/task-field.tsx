import type { JSX } from 'preact';
import { ListField } from '../shared/list-field.tsx';
import { Choice } from './choice.tsx';
import { TASK_WORDS } from './data/task-words.ts';
import { TASK_NAMES } from 'winnow-llm/eval/records';
import { DEPTHS, LENGTHS } from './state/lab-spec.ts';
import { changeSettings, chosen } from './state/page-settings.ts';

const LOSS = { key: 'loss', label: 'continuation loss' } as const;
const TASKS = [LOSS, ...TASK_NAMES.map((key) => ({ key, label: key }))];
const QUESTIONS = [
  { key: 'before', label: 'before the cache is cut' },
  { key: 'after', label: 'in a turn after it' },
] as const;

/** What the methods are measured by: a text that goes on, or questions about a context. */
export function TaskField(): JSX.Element {
  const { task, lengths, depths, question = 'before' } = chosen.value;
  return (
    <section class="part" aria-labelledby="task-title">
      <h3 id="task-title">Task</h3>
      <Choice
        label="Measured by"
        value={task ?? LOSS.key}
        options={TASKS}
        change={(key) =>
          changeSettings({
            task: key === LOSS.key ? undefined : key,
            // Two turns ask once before and once after by themselves.
            ...(key === 'two-turn' && { question: undefined }),
          })
        }
      />
      <p class="quiet">
        {task ? TASK_WORDS[task] : 'How likely each next token of a text is, beside dense attention on the same text.'}
      </p>
      {task !== undefined && (
        <>
          <ListField spec={LENGTHS} value={lengths} change={(value) => changeSettings({ lengths: value })} />
          <ListField spec={DEPTHS} value={depths} change={(value) => changeSettings({ depths: value })} />
          {task !== 'two-turn' && (
            <Choice
              label="Question"
              value={question}
              options={QUESTIONS}
              change={(key) => changeSettings({ question: key === 'after' ? key : undefined })}
            />
          )}
        </>
      )}
    </section>
  );
}
