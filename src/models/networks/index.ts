import type { Network } from '../network.ts';
import { llama } from './llama.ts';

/** Every network that can be run. A new one is its file and a line here. */
const NETWORKS: readonly Network[] = [llama];

/** By `general.architecture`. */
export const networks: ReadonlyMap<string, Network> = new Map(
  NETWORKS.flatMap((network) => network.architectures.map((architecture) => [architecture, network])),
);
