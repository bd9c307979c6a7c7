import type { Mark } from '@observablehq/plot';
import type { PlotLibrary } from './chart.tsx';

/** An axis below the drawing with a label at every tick; the library's own leaves labels out on logarithmic scales. */
export function axisBelow(
  plot: PlotLibrary,
  ticks: readonly number[],
  format: (value: number) => string,
  label: string,
): Mark {
  return plot.axisX(ticks, {
    anchor: 'bottom',
    text: (tick: number) => format(tick),
    label,
    labelAnchor: 'center',
    labelOffset: 38,
  });
}
