import type { RenderLimits } from '../../../src/templates/budget.ts';
import { readTemplate } from '../../../src/templates/template.ts';

const LIMITS: RenderLimits = {
  steps: 1_000_000,
  milliseconds: 1000,
  characters: 1 << 20,
  items: 100_000,
  depth: 200,
  bits: 1 << 16,
};

const MESSAGES = [
  { role: 'system', content: 'Be kind' },
  { role: 'user', content: 'Hi there' },
  { role: 'assistant', content: 'Yo' },
  { role: 'user', content: 'Why?' },
];

export interface TemplateCase {
  readonly template: string;
  readonly messages?: readonly unknown[];
  readonly add_generation_prompt?: boolean;
}

/** The stretches of a rendering, on 30 November 2026. */
export const spans = (
  { template, messages = MESSAGES, add_generation_prompt = true }: TemplateCase,
  limits: Partial<RenderLimits> = {},
) =>
  readTemplate(template).render({
    given: { messages, tools: null, documents: null, add_generation_prompt },
    own: { bos_token: '<s>', eos_token: '</s>' },
    limits: { ...LIMITS, ...limits },
    now: new Date(2026, 10, 30, 12, 0, 0),
  });

export const render = (given: TemplateCase | string, limits: Partial<RenderLimits> = {}): string =>
  spans(typeof given === 'string' ? { template: given } : given, limits)
    .map(({ text }) => text)
    .join('');
