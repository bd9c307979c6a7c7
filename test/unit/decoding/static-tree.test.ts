import { describe, expect, test } from 'vitest';
import { staticTree } from '../../../src/decoding/index.ts';
import templates from '../../golden/dec-tree_templates.json';

describe('a tree of fixed shape', () => {
  test('of 16 nodes is the one that replays have found', () => {
    const { parent, rank } = templates.small_trees_for_webgpu.rep15;
    const { parents, ranks, depth } = staticTree(16);
    expect(parents.slice(1)).toEqual(parent.slice(1));
    expect(ranks.slice(1)).toEqual(rank.slice(1));
    expect(depth).toBe(4);
  });

  test.each([2, 3, 8, 33, 64])('of %i nodes has parents before children, and siblings in order', (nodes) => {
    const { parents, ranks } = staticTree(nodes);
    expect(parents).toHaveLength(nodes);
    for (let node = 1; node < nodes; node++) {
      expect(parents[node]).toBeLessThan(node);
      const elder = ranks.findIndex((rank, i) => i > 0 && parents[i] === parents[node] && rank === ranks[node]! - 1);
      expect(ranks[node] === 0 || (elder > 0 && elder < node)).toBe(true);
    }
    const children = parents.map((parent, node) => `${parent} ${ranks[node]}`).slice(1);
    expect(new Set(children).size).toBe(nodes - 1);
  });
});
