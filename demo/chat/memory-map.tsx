import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { MapLegend } from './map-legend.tsx';
import { MemoryReadout } from './memory-readout.tsx';
import { gridPixels, readHex, type Rgb } from './state/grid-pixels.ts';
import { memoryGrid, observesAttention, type Fill, type MemoryGrid } from './state/memory-grid.ts';
import type { ShownMemory } from './state/memory-state.ts';

/** Height of a row in CSS pixels; memory-panel.css gives the labels the same. */
const ROW = 10;
const STOPS = 7;
/** Columns are this wide: as wide as fits, within bounds. A longer conversation scrolls. */
const [NARROWEST, WIDEST] = [2, 12];

/** The memory as a picture: a column per token, a row per layer, and a layer's heads where it is opened. */
export function MemoryMap(props: { memory: ShownMemory; pointed: Signal<number | undefined> }): JSX.Element {
  const { memory, pointed } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(300);
  const [row, setRow] = useState(0);
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const [wanted, setFill] = useState<Fill>('attention');
  const observed = observesAttention(memory.view);
  const fill = observed ? wanted : 'age';
  const grid = useMemo(() => memoryGrid(memory.view, fill, open, memory.columns), [memory, fill, open]);
  const cell = Math.min(WIDEST, Math.max(NARROWEST, Math.floor((100 * width) / Math.max(1, grid.columns)) / 100));
  const at = Math.min(row, grid.rows.length - 1);
  const column = pointed.value === undefined ? undefined : Math.min(pointed.value, grid.columns - 1);

  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => entry && setWidth(entry.contentRect.width));
    if (box.current) observer.observe(box.current);
    return (): void => observer.disconnect();
  }, []);
  useLayoutEffect(() => paint(canvas.current, grid), [grid]); // before the old picture is seen at the new size
  useEffect(() => {
    if (box.current && column !== undefined) keepInView(box.current, column * cell, cell);
  }, [column, cell]);

  const toggle = (layer: number): void => {
    const next = new Set(open);
    if (!next.delete(layer)) next.add(layer);
    setOpen(next);
  };
  const point = (event: PointerEvent): void => {
    const { left, top } = (event.currentTarget as Element).getBoundingClientRect();
    pointed.value = clamp(Math.floor((event.clientX - left) / cell), grid.columns);
    setRow(clamp(Math.floor((event.clientY - top) / ROW), grid.rows.length));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const far = event.shiftKey ? 10 : 1;
    const moves: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => (pointed.value = clamp((column ?? grid.columns) - far, grid.columns)),
      ArrowRight: () => (pointed.value = clamp((column ?? -1) + far, grid.columns)),
      ArrowUp: () => setRow(clamp(at - 1, grid.rows.length)),
      ArrowDown: () => setRow(clamp(at + 1, grid.rows.length)),
      Home: () => (pointed.value = 0),
      End: () => (pointed.value = grid.columns - 1),
      Enter: () => toggle(grid.rows[at]!.layer),
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  };

  return (
    <>
      <MapLegend fill={fill} choose={observed ? setFill : undefined} />
      <div class="memory-map">
        <ol class="row-labels" aria-hidden="true">
          {grid.rows.map(({ layer, head }, index) => (
            <li key={`${layer} ${head ?? ''}`} class={index === at ? 'current' : ''}>
              {head === undefined ? layer : `h${head}`}
            </li>
          ))}
        </ol>
        <div
          class="map-box"
          ref={box}
          role="application"
          tabIndex={0}
          aria-label={`Memory map: ${grid.columns} ${memory.words ? 'tokens' : 'places'}, ${memory.view.layers.length} layers. Arrow keys move, Enter opens a layer to its heads.`}
          aria-describedby="memory-readout"
          onKeyDown={onKeyDown}
        >
          <div class="map-area" style={{ width: `${grid.columns * cell}px`, height: `${grid.rows.length * ROW}px` }}>
            <canvas
              ref={canvas}
              onPointerMove={point}
              onPointerDown={point}
              onPointerUp={({ pointerType }) => pointerType === 'mouse' && toggle(grid.rows[at]!.layer)}
            />
            <div class="map-row" style={{ top: `${at * ROW}px`, height: `${ROW}px` }} />
            {column !== undefined && (
              <div class="map-column" style={{ left: `${column * cell}px`, width: `${cell}px` }} />
            )}
          </div>
        </div>
      </div>
      <MemoryReadout memory={memory} grid={grid} row={at} column={column} opened={open} toggle={toggle} />
    </>
  );
}

const clamp = (value: number, count: number): number => Math.max(0, Math.min(count - 1, value));

/** A pixel per cell; the style sheet stretches it without smoothing. */
function paint(canvas: HTMLCanvasElement | null, grid: MemoryGrid): void {
  if (!canvas || grid.columns === 0) return;
  const style = getComputedStyle(canvas);
  const stops = Array.from({ length: STOPS }, (_, stop): Rgb => readHex(style.getPropertyValue(`--scale-${stop}`)));
  canvas.width = grid.columns;
  canvas.height = grid.rows.length;
  canvas.getContext('2d')?.putImageData(new ImageData(gridPixels(grid, stops), grid.columns), 0, 0);
}

function keepInView(box: HTMLElement, from: number, width: number): void {
  if (from < box.scrollLeft) box.scrollLeft = from;
  else if (from + width > box.scrollLeft + box.clientWidth) box.scrollLeft = from + width - box.clientWidth;
}
