import type { Network } from '../network.ts';
import * as all from './all.ts';

const networkOf = (network: Network): [string, Network][] =>
  network.architectures.map((architecture) => [architecture, network]);

/** The networks by `general.architecture`. */
export const networks: ReadonlyMap<string, Network> = new Map(Object.values<Network>(all).flatMap(networkOf));
