/** Which tokens end an answer: those that the file's keys name, and those that are known by their text. */

import { idsOf, type Metadata } from './metadata.ts';

/** Keys whose ids end an answer, the file's own end of text first; each may hold one id or a list. */
const KEYS = ['eos', 'eot', 'eom', 'fim_pad', 'fim_rep', 'fim_sep'].flatMap((name) => [
  `tokenizer.ggml.${name}_token_id`,
  `tokenizer.ggml.${name}_token_ids`,
]);

/**
 * Texts that end a turn whatever type the file gives them. Source: llama.cpp, src/llama-vocab.cpp (special_eog_ids, with the
 * padding, repository and file marks of code models); the last three are those of Command R, Llama 4 and OpenChat.
 */
export const END_NAMES: readonly string[] = [
  '<|eot_id|>',
  '<|im_end|>',
  '<|end|>',
  '<end_of_turn>',
  '<|endoftext|>',
  '<|eom_id|>',
  '<EOT>',
  '_<EOT>',
  '[EOT]',
  '[EOS]',
  '<|end_of_text|>',
  '<end_of_utterance>',
  '<|return|>',
  '<|call|>',
  '<|calls|>',
  '<|flush|>',
  '</s>',
  '<eos>',
  '<turn|>',
  '<|tool_response>',
  '<\uFF5Cend\u2581of\u2581sentence\uFF5C>',
  '[e~[',
  '<|fim_pad|>',
  '<fim-pad>',
  '<fim_pad>',
  '<PAD>',
  '[PAD]',
  '<|fim_repo|>',
  '<|repo_name|>',
  '<fim-repo>',
  '<REPO>',
  '<reponame>',
  '<|file_sep|>',
  '<|END_OF_TURN_TOKEN|>',
  '<|eot|>',
  '<|end_of_turn|>',
];

/** Names that end nothing where the vocabulary also has one of each of these lists. Source: as above. */
const NOT_AN_END: readonly { readonly name: string; readonly beside: readonly (readonly string[])[] }[] = [
  // These models write <|end|> between the parts of one answer.
  {
    name: '<|end|>',
    beside: [
      ['<|return|>', '<|flush|>'],
      ['<|call|>', '<|calls|>'],
    ],
  },
  { name: '</s>', beside: [['<|tool_response>']] },
];

/**
 * Marks that open the next turn: in an answer they mean that the model has gone on to write the other side's part.
 * `<|start|>` is not among them: it also opens the parts of one answer.
 */
export const OPENER_NAMES: readonly string[] = [
  '<|im_start|>',
  '<|start_header_id|>',
  '<|header_start|>',
  '<start_of_turn>',
  '<|start_of_role|>',
  '<|START_OF_TURN_TOKEN|>',
  '<|turn>',
  '[INST]',
  '<|user|>',
  '<|system|>',
  '<|assistant|>',
  '<|observation|>',
  '<|im_user|>',
  '<|im_system|>',
  '<|im_assistant|>',
  '<\uFF5CUser\uFF5C>',
];

/** The texts that are ends in a vocabulary with these texts. */
export function endNames(has: (text: string) => boolean): readonly string[] {
  const spared = NOT_AN_END.filter(({ beside }) => beside.every((names) => names.some(has))).map(({ name }) => name);
  return END_NAMES.filter((name) => has(name) && !spared.includes(name));
}

/** The texts that open a turn in a vocabulary with these texts. */
export const openerNames = (has: (text: string) => boolean): readonly string[] => OPENER_NAMES.filter(has);

/** The ids that the file's keys name as ends, in order. @throws ModelFileError `model-tokenizer` */
export const keyedEnds = (metadata: Metadata, count: number): readonly number[] => [
  ...new Set(KEYS.flatMap((key) => idsOf(metadata, key, count))),
];
