export { asTypeOf, readBuffer, runKernel } from '../../src/bench/run-kernel.ts';
