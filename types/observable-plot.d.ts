// The npm package's own types import @types/d3 and do not pass with skipLibCheck off: here is what the pages use of it.
export interface Mark {
  readonly filter: unknown;
}

/** A field's name, a constant, or a function of a datum. */
type Channel<T> = string | number | boolean | null | ((datum: T) => string | number | boolean | undefined);

interface MarkOptions<T> {
  readonly [name: string]: Channel<T> | readonly number[] | undefined;
}

interface ScaleOptions {
  readonly type?: 'linear' | 'log' | 'point' | 'band' | 'ordinal' | 'identity';
  readonly domain?: readonly (string | number)[];
  readonly range?: readonly (string | number)[];
  readonly label?: string | null;
  readonly labelAnchor?: 'left' | 'right' | 'top' | 'bottom' | 'center';
  readonly ticks?: number | readonly number[];
  readonly tickFormat?: (value: number) => string;
  readonly tickSize?: number;
  readonly nice?: boolean;
  readonly grid?: boolean;
  readonly axis?: 'left' | 'right' | 'top' | 'bottom' | null;
  readonly padding?: number;
  readonly labelOffset?: number;
}

export interface PlotOptions {
  readonly width?: number;
  readonly height?: number;
  readonly marginTop?: number;
  readonly marginRight?: number;
  readonly marginBottom?: number;
  readonly marginLeft?: number;
  readonly ariaLabel?: string;
  readonly x?: ScaleOptions;
  readonly y?: ScaleOptions;
  readonly fy?: ScaleOptions;
  readonly color?: ScaleOptions;
  readonly marks?: readonly (Mark | undefined)[];
}

type MakeMark = <T>(data: readonly T[], options?: MarkOptions<T>) => Mark;

export declare const dot: MakeMark;
export declare const text: MakeMark;
export declare const rect: MakeMark;
export declare const barX: MakeMark;
export declare const ruleX: MakeMark;
export declare const ruleY: MakeMark;
export declare const lineY: MakeMark;
export declare const line: MakeMark;
export declare const areaY: MakeMark;
/** The data are the ticks. */
export declare const axisX: MakeMark;

/** Without a title, a caption or a legend the result is the drawing alone. */
export declare function plot(options: PlotOptions): SVGSVGElement;
