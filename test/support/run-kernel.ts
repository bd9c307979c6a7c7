export { asTypeOf, readBuffer, runKernel } from '../../src/kernels/cases/run-kernel.ts';
