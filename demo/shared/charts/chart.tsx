import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ComponentChildren, JSX } from 'preact';
import type * as Plot from './plot.ts';

export type PlotLibrary = typeof Plot;

const library = signal<PlotLibrary | undefined>(undefined);
const failure = signal('');

/** Fetches the plotting library once; until it is there, a chart keeps its place empty. */
export async function loadPlotLibrary(): Promise<void> {
  try {
    library.value ??= await import('./plot.ts');
    failure.value = '';
  } catch (error) {
    failure.value = `The drawing library did not load (${error instanceof Error ? error.message : String(error)}). The figures are in the tables; reload the page to try again.`;
  }
}

/** Draws at a width in CSS pixels. Called again when data or width change. */
export type Draw = (plot: PlotLibrary, width: number) => SVGSVGElement;

/**
 * A chart as a figure: title, how to read it, legend, the drawing, the same figures as a table, and the caption that
 * makes a picture of it a complete report. `draw` must keep its identity while its data stay the same.
 */
export function Chart(props: {
  title: string;
  reading: ComponentChildren;
  caption: string;
  /** Height of the drawing before it is there, so that nothing jumps. */
  height: number;
  draw: Draw;
  legend?: ComponentChildren;
  /** Takes the whole width where two charts would stand side by side. */
  wide?: boolean;
  /** What is pointed at, in words. */
  pointed?: ComponentChildren;
  table?: ComponentChildren;
}): JSX.Element {
  const { draw, height } = props;
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [drawn, setDrawn] = useState(false);
  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const measure = (): void => setWidth(Math.floor(element.clientWidth));
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    void loadPlotLibrary();
    return (): void => observer.disconnect();
  }, []);
  useEffect(() => {
    if (!library.value || width === 0) return;
    const svg = draw(library.value, width);
    // The library's own style element would break the page's content policy; the page's style sheet has its rules.
    svg.querySelector('style')?.remove();
    // Its names for groups of marks ("dot", "rule") say nothing to a reader, and a group without a role may have none.
    for (const group of svg.querySelectorAll('g')) group.removeAttribute('aria-label');
    place.current?.replaceChildren(svg);
    setDrawn(true);
  }, [library.value, width, draw]);
  return (
    <figure class={props.wide ? 'card chart wide' : 'card chart'}>
      <div>
        <h3>{props.title}</h3>
        <p class="reading quiet">{props.reading}</p>
      </div>
      {props.legend}
      <div class="plot" ref={place} style={{ minHeight: drawn ? '0' : `${height}px` }}>
        {failure.value !== '' && <p class="field-problem">{failure.value}</p>}
      </div>
      {props.pointed}
      {props.table && (
        <details>
          <summary>
            Figures as a table<span class="visually-hidden">: {props.title}</span>
          </summary>
          <div class="table-box" role="region" aria-label={`${props.title}, figures`} tabIndex={0}>
            {props.table}
          </div>
        </details>
      )}
      <figcaption class="caption">{props.caption}</figcaption>
    </figure>
  );
}

/** Marks a finished drawing as one picture with a name. */
export function asPicture(svg: SVGSVGElement, label: string): SVGSVGElement {
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', label);
  return svg;
}
