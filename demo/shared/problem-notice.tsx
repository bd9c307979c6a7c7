import type { ComponentChildren, JSX } from 'preact';
import type { Problem } from './problem.ts';

/** What happened, what was expected, what to do now, and the buttons that do it. */
export function ProblemNotice(props: { title: string; problem: Problem; children?: ComponentChildren }): JSX.Element {
  const { code, happened, expected, todo } = props.problem;
  return (
    <section class="card problem" role="alert">
      <h2>{props.title}</h2>
      <p>{happened}</p>
      <p class="quiet">{expected}</p>
      <p>{todo}</p>
      <div class="buttons">
        {props.children}
        <code class="quiet">{code}</code>
      </div>
    </section>
  );
}
