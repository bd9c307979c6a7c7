import type { LoadStage } from 'winnow-llm';

/** The stages of loading a model in their order: each as a noun, and as what is being done. */
export const LOAD_STAGES: readonly { readonly stage: LoadStage; readonly label: string; readonly doing: string }[] = [
  { stage: 'download', label: 'Download', doing: 'Downloading' },
  { stage: 'check', label: 'Check', doing: 'Checking the file' },
  { stage: 'header', label: 'Header', doing: 'Reading the header' },
  { stage: 'tokenizer', label: 'Tokenizer', doing: 'Building the tokenizer' },
  { stage: 'tune', label: 'Tune', doing: 'Measuring kernel shapes' },
  { stage: 'upload', label: 'Upload', doing: 'Uploading weights to the GPU' },
  { stage: 'compile', label: 'Compile', doing: 'Compiling kernels' },
];

/** What is being done in a stage, for people; undefined for what is none, or the end. */
export const doingOf = (stage: string | undefined): string | undefined =>
  stage === 'wait'
    ? 'Waiting for another tab that loads this file'
    : LOAD_STAGES.find((each) => each.stage === stage)?.doing;
