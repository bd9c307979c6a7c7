import { describeSampling, readSampling } from './sample.ts';

/** Before the first test: says which cases the run takes. */
export default function setup(): void {
  process.stderr.write(`${describeSampling(readSampling(process.env))}\n`);
}
