import { describe, expect, test } from 'vitest';
import { expandWgsl, typedConstants, type ConstantType } from '../../../src/gpu/wgsl.ts';

const part = (text: string, name = 'part') => ({ name, text });

describe('expanding WGSL', () => {
  test('gives constants the types that were declared, whatever their values', () => {
    const types: Record<string, ConstantType> = { COUNT: 'u32', STEP: 'i32', SCALE: 'f32', TINY: 'f32', NORM: 'bool' };
    const { code } = expandWgsl([], typedConstants(types, { COUNT: 4, STEP: -1, SCALE: 1, TINY: 1e-7, NORM: true }));
    expect(code.split('\n')).toEqual([
      'const COUNT : u32 = 4u;',
      'const STEP : i32 = -1;',
      'const SCALE : f32 = 1.0f;',
      'const TINY : f32 = 1e-7f;',
      'const NORM : bool = true;',
    ]);
  });

  test('refuses a value that is none of its type, and one that is missing', () => {
    const wrong: [ConstantType, number | boolean][] = [
      ['u32', -1],
      ['u32', 1.5],
      ['u32', 2 ** 32],
      ['u32', true],
      ['i32', 2 ** 31],
      ['f32', Number.NaN],
      ['bool', 1],
    ];
    for (const [type, value] of wrong)
      expect(() => typedConstants({ A: type }, { A: value })).toThrow(`the constant A : ${type} is ${String(value)}`);
    expect(() => typedConstants({ A: 'u32' }, {})).toThrow('undefined');
  });

  test('repeats the lines of a loop, also within another, as often as a constant or a number says', () => {
    const text = '#for r in ROWS\na$r\n#for c in 2\nb$r_$c\n#end\n#end\nc';
    const { code } = expandWgsl([part(text)], typedConstants({ ROWS: 'u32' }, { ROWS: 2 }));
    expect(code.split('\n').slice(1)).toEqual(['a0', 'b0_0', 'b0_1', 'a1', 'b1_0', 'b1_1', 'c']);
    expect(expandWgsl([part('#for i in 0\nx\n#end')], {}).code).toBe('');
  });

  test('refuses a loop without an end, an end without a loop, and a bound that is no count', () => {
    expect(() => expandWgsl([part('#for i in 2\nx')], {})).toThrow('#for without #end at part:1');
    expect(() => expandWgsl([part('x\n#end')], {})).toThrow('#end without #for at part:2');
    expect(() => expandWgsl([part('#for i in NOWHERE\n#end')], {})).toThrow('bound NOWHERE is not a count');
  });

  test('puts what is enabled first, each once, and names it', () => {
    const first = part('enable f16, subgroups;\nlet a;', 'first');
    const second = part('enable f16, subgroups;\nrequires packed_4x8_integer_dot_product;\nlet b;', 'second');
    const { code, enables } = expandWgsl([first, second], typedConstants({ A: 'u32' }, { A: 1 }));
    expect(code.split('\n')).toEqual([
      'enable f16, subgroups;',
      'requires packed_4x8_integer_dot_product;',
      'const A : u32 = 1u;',
      'let a;',
      'let b;',
    ]);
    expect(enables).toEqual(['f16', 'subgroups']);
    expect(expandWgsl([part('// enable f16;')], {}).enables).toEqual([]);
  });

  test('knows the part and the line that a line came from', () => {
    const { origin } = expandWgsl([part('#for i in 2\nx\n#end\ny', 'loop')], typedConstants({ A: 'u32' }, { A: 1 }));
    expect([1, 2, 3, 4, 9].map(origin)).toEqual(['prelude', 'loop:2', 'loop:2', 'loop:4', 'line 9']);
  });
});
