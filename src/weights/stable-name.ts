/** What a file is called in storage: its address without what changes from visit to visit. */

import { sha256OfText } from './checksum.ts';

/** Parameters that sign an address, or say how long it holds. */
const SIGNING =
  /^(x-(amz|goog|ms|oss|cos|obs|bz|tos|signature)\b.*|.*signature|sign?|s[aeigprtv]|sk[a-z]{1,3}|skoid|sktid|.*expir(es|y|ation)|policy|key-pair-id|.*token|auth.*|.*accesskeyid|googleaccessid|h?mac|nonce|timestamp|ts|t|_|response-content-.*|download)$/i;

/** The address without a fragment and without what signs it. */
function unsigned(address: string): URL {
  const url = new URL(address);
  url.hash = '';
  for (const name of new Set(url.searchParams.keys())) if (SIGNING.test(name)) url.searchParams.delete(name);
  return url;
}

/**
 * What addresses of the same file have in common. A path that ends in ".gguf" names the file by itself: nothing behind it
 * counts. Whether two addresses of one name lead to the same bytes, their servers must tell.
 */
export function stableName(address: string): string {
  const url = unsigned(address);
  if (/\.gguf$/i.test(url.pathname)) url.search = '';
  return url.href;
}

/** Whether two addresses differ in nothing but what signs them. */
export const sameButSigned = (one: string, other: string): boolean => unsigned(one).href === unsigned(other).href;

/** The name of its entries in the folder. */
export const keyOf = (address: string): string => sha256OfText(stableName(address)).slice(0, 32);
