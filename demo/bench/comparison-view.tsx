import { useMemo } from 'preact/hooks';
import type { JSX } from 'preact';
import { PairsChart } from './charts/pairs-chart.tsx';
import { captionOf } from './data/caption.ts';
import { differences, pairsOf } from 'winnow-llm/bench/records';
import { closeComparison, compared, turnRound, type Shown } from './state/results-state.ts';

/** Two runs against each other. */
export function ComparisonView(): JSX.Element | null {
  const both = compared.value;
  return both ? <Comparison before={both.before} after={both.after} /> : null;
}

function Comparison({ before, after }: { before: Shown; after: Shown }): JSX.Element {
  const { pairs, single } = useMemo(() => pairsOf(before.result, after.result), [before.result, after.result]);
  const differ = differences(before.result, after.result);
  const name = ({ file }: Shown): string => file ?? 'this run';
  return (
    <section class="comparison" aria-labelledby="comparison-title">
      <div class="result-bar">
        <div>
          <h2 id="comparison-title">
            {name(before)} → {name(after)}
          </h2>
          <p class="quiet">
            {differ.length === 0
              ? 'Same adapter, settings and versions.'
              : `These differ too, so the ratios are not the code’s alone: ${differ.join('; ')}.`}
            {single > 0 && ` ${single} figures are in only one of the two.`}
          </p>
        </div>
        <div class="buttons">
          <button type="button" onClick={turnRound}>
            Swap before and after
          </button>
          <button type="button" onClick={closeComparison}>
            Close the comparison
          </button>
        </div>
      </div>
      {pairs.length > 0 ? (
        <PairsChart pairs={pairs} caption={`Before: ${captionOf(before.result)}. After: ${captionOf(after.result)}`} />
      ) : (
        <p class="card">The two runs have no figure in common: they measured different parts, lengths or kernels.</p>
      )}
    </section>
  );
}
