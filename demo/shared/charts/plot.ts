/** The parts of the plotting library that the charts use; loaded after the first paint. */
export { areaY, axisX, barX, dot, line, plot, rect, ruleX, ruleY, text } from '@observablehq/plot';
