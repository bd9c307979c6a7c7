import branchNone from '../../../shaders/lib/attention/branch.none.wgsl?raw';
import branchTree from '../../../shaders/lib/attention/branch.tree.wgsl?raw';
import text from '../../../shaders/lib/attention/visible.wgsl?raw';
import type { WgslPart } from '../../gpu/wgsl.ts';

/**
 * The includes that tell which slots a row sees; they need the constants WINDOW and MASKED (whether a sequence of the step
 * may have a mask), the step's rows and the cache parts.
 * @param trees whether the step's rows are those of draft trees
 */
export const visibleParts = (trees = false): readonly WgslPart[] => [
  trees
    ? { name: 'lib/attention/branch.tree', text: branchTree }
    : { name: 'lib/attention/branch.none', text: branchNone },
  { name: 'lib/attention/visible', text },
];
