import { aList, checkObject, checkValue } from '../core/check-options.ts';
import { UsageError } from '../core/errors.ts';
import type { EvalSetting } from './setting-text.ts';
import type { MethodsAsked } from './eval-record.ts';
import { readSetting } from './read-setting.ts';
import { settingText } from './setting-text.ts';

/**
 * Every setting that is asked for once, in its order.
 * @throws UsageError 'usage-option' for methods that make no sense, or none at all
 */
export function settingsAsked(asked: MethodsAsked): EvalSetting[] {
  checkObject(asked);
  const { methods, budgets } = asked;
  checkValue('methods', methods, aList);
  checkValue('budgets', budgets, aList);
  const all = methods.flatMap((text) => readSetting(text, budgets));
  if (all.length === 0)
    throw new UsageError({
      code: 'usage-option',
      happened: 'No method was given to evaluate.',
      expected: 'At least one.',
      todo: 'Add one.',
    });
  return [...new Map(all.map((setting) => [settingText(setting), setting])).values()];
}
