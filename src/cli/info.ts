/** `winnow info`: what a model file is, from its header. */

import type { LayerConfig } from '../node.ts';
import { withCommonOptions, type CommonOptions } from './common-options.ts';
import { mebibytes, printable, table } from './format.ts';
import type { ModelInspection } from './library.ts';
import { printJson, type AddCommand } from './session.ts';

export const addInfo: AddCommand = (program, { library, terminal }) => {
  withCommonOptions(program.command('info').argument('<model>', 'path, URL or name of the model'))
    .description('show architecture, layers, tensors and memory, before anything is loaded')
    .action(async (model: string, { context, kv, json }: CommonOptions) => {
      const facts = await library.inspectModel(model, { ...(context !== undefined && { context }), ...(kv && { kv }) });
      if (json) printJson(terminal, facts);
      else terminal.out(formatInspection(facts));
    });
};

/** An inspection as a page of text. */
export function formatInspection(facts: ModelInspection): string {
  const { name, architecture, fileBytes, parameters, config, memory, tokenizer } = facts;
  const tensors = Object.entries(facts.tensors).map(
    ([type, { count, bytes }]) => `${count} ${type} (${mebibytes(bytes)})`,
  );
  return table([
    ['name', printable(name)],
    ['architecture', printable(architecture)],
    ['file', `${mebibytes(fileBytes)}, ${(parameters / 1e6).toFixed(1)} million parameters`],
    ['hidden', String(config.hidden)],
    ['vocabulary', `${config.vocab}, ${config.head} head`],
    ['trained length', `${config.contextLength} tokens`],
    ...layerGroups(config.layers),
    ['tensors', tensors.join(', ')],
    [
      'tokenizer',
      `${printable(tokenizer.model)} / ${printable(tokenizer.pre)}, ends with ${tokenizer.eosIds.join(', ') || 'nothing'}`,
    ],
    ['chat template', printable(tokenizer.chatTemplates.join(', ')) || 'none'],
    ...tokenizer.notes.map((note): [string, string] => ['note', printable(note)]),
    [
      'GPU memory',
      `weights ${mebibytes(memory.weights)}, ${memory.kv} cache ${mebibytes(memory.cache)} at ${memory.context} tokens`,
    ],
  ]);
}

/** One row for each run of equal layers. */
function layerGroups(layers: readonly LayerConfig[]): [string, string][] {
  const groups: { first: number; last: number; text: string }[] = [];
  for (const [index, layer] of layers.entries()) {
    const text = layerText(layer);
    const group = groups.at(-1);
    if (group?.text === text) group.last = index;
    else groups.push({ first: index, last: index, text });
  }
  return groups.map(({ first, last, text }) => [first === last ? `layer ${first}` : `layers ${first}-${last}`, text]);
}

const layerText = ({ qHeads, kvHeads, headDim, ffn, window, rope }: LayerConfig): string =>
  [
    `${qHeads} query and ${kvHeads} key-value heads of ${headDim}`,
    `MLP ${ffn}`,
    window === undefined ? 'full attention' : `window ${window}`,
    `RoPE base ${rope.base}${rope.scaling.kind === 'none' ? '' : ` (${rope.scaling.kind} scaling)`}`,
  ].join(', ');
