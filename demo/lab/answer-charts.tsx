import { useMemo } from 'preact/hooks';
import type { JSX } from 'preact';
import { TradeoffChart } from './charts/tradeoff-chart.tsx';
import { Choice } from './choice.tsx';
import { ANSWER_MEASURES, answerGroups, type AnswerGroup, type AnswerMeasureSpec } from './data/answer-measures.ts';
import type { TaskSummary } from 'winnow-llm/eval/records';
import { changeSettings, settings } from './state/page-settings.ts';

/** How well questions were answered against what that costs: a pair of charts for each length, where dense attention answers. */
export function AnswerCharts(props: { summaries: readonly TaskSummary[]; caption: string }): JSX.Element | null {
  const groups = useMemo(() => answerGroups(props.summaries), [props.summaries]);
  const measure = ANSWER_MEASURES.find(({ key }) => key === settings.value.measure) ?? ANSWER_MEASURES[0]!;
  if (groups.length === 0) return null;
  return (
    <>
      <div class="view-choice">
        <Choice
          label="Measure"
          value={measure.key}
          options={ANSWER_MEASURES}
          change={(key) => changeSettings({ measure: key === 'answers' ? undefined : key })}
        />
      </div>
      <div class="charts">
        {groups.map((group) => (
          <GroupCharts key={group.name ?? ''} {...{ group, measure }} caption={props.caption} />
        ))}
      </div>
    </>
  );
}

const heldBytes = ({ kvBytesHeld }: TaskSummary): number => kvBytesHeld ?? 0;

function GroupCharts(props: { group: AnswerGroup; measure: AnswerMeasureSpec; caption: string }): JSX.Element {
  const { group, measure, caption } = props;
  const { name, dense, rows, costs } = group;
  const charted = useMemo(() => measure.chart(dense), [measure, dense]);
  return (
    <>
      {costs.map((cost) => (
        <TradeoffChart key={cost.key} {...{ cost, caption }} runs={rows} size={heldBytes} measure={charted} of={name} />
      ))}
    </>
  );
}
