import { describe, expect, it } from 'vitest';
import { FakeCli } from './support.ts';

const refused = async (...args: string[]): Promise<string> => {
  const { code, out, err } = await new FakeCli().run(...args);
  expect(code).toBe(1);
  expect(out).toBe('');
  // One line: what happened, what was expected, what to do, the code.
  expect(err).toMatch(/^error: [^\n]+\. [^\n]+\. [^\n]+\. \[[a-z-]+\]\n$/);
  return err;
};

describe('the command line', () => {
  it('shows help and version on stdout', async () => {
    const help = await new FakeCli().run('--help');
    expect(help).toMatchObject({ code: 0, err: '' });
    for (const name of ['info', 'tokenize', 'chat', 'generate', 'score', 'embed', 'bench'])
      expect(help.out).toContain(name);
    expect(await new FakeCli().run('--version')).toEqual({ code: 0, out: '1.2.3\n', err: '' });
    expect((await new FakeCli().run('bench', '--help')).out).toContain('--runs');
  });

  it('shows help on stderr when nothing is asked, and fails', async () => {
    const { code, out, err } = await new FakeCli().run();
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('Usage: winnow');
  });

  it.each([
    [['frobnicate'], "unknown command 'frobnicate'"],
    [['info'], "missing required argument 'model'"],
    [['info', 'm', 'n'], 'too many arguments'],
    [['info', 'm', '--nonsense'], "unknown option '--nonsense'"],
    [['generate', 'm', '--prompt', 'x', '--promt', 'y'], "unknown option '--promt'"],
    [['info', 'm', '--context'], 'argument missing'],
  ])('refuses %j', async (args, words) => {
    expect((await refused(...args)).toLowerCase()).toContain(words);
  });

  it.each([
    ['--context', '0'],
    ['--context', '1.5'],
    ['--context', '0x10'],
    ['--context', 'many'],
    ['--kv', 'f64'],
    ['--disable', 'subgroups,f16'],
    ['--max-tokens', '0'],
    ['--temperature', '-0.1'],
    ['--temperature', 'Infinity'],
    ['--top-k', '1.5'],
    ['--top-p', '1.01'],
    ['--top-p', '0'],
    ['--min-p', '-1'],
    ['--repetition-penalty', '0'],
    ['--presence-penalty', 'x'],
    ['--frequency-penalty', ''],
    ['--seed', '-1'],
    ['--seed', '4294967296'],
  ])('refuses %s %j, naming both', async (option, value) => {
    const err = await refused('generate', 'm', '--prompt', 'x', option, value);
    expect(err).toContain(option);
    expect(err).toContain(value.split(',').at(-1));
    expect(err).toContain('[usage-option]');
  });

  it.each([
    ['generate', 'm'],
    ['generate', 'm', '--prompt', 'x', '--ids', '1'],
    ['generate', 'm', '--ids', '1', '--chat'],
    ['generate', 'm', '--ids', '1', '--special'],
    ['generate', 'm', '--prompt', 'x', '--chat', '--special'],
    ['generate', 'm', '--ids', '1,,2'],
    ['generate', 'm', '--ids', '1,-2'],
    ['tokenize', 'm'],
    ['tokenize', 'm', '--text', 'x', '--no-generation-prompt'],
    ['tokenize', 'm', '--messages-file', 'f', '--special'],
    ['score', 'm'],
    ['score', 'm', '--ids-file', 'f', '--stride', '4'],
    ['score', 'm', '--ids-file', 'f', '--context', '8', '--stride', '9'],
    ['score', 'm', '--ids-file', 'f', '--top', '3'],
    ['score', 'm', '--ids-file', 'f', '--logits', '0,x'],
    ['bench', 'm', '--prompt', '0'],
    ['bench', 'm', '--decode', '0'],
    ['bench', 'm', '--runs', '0'],
    ['bench'],
    ['bench', '--compare', 'a'],
    ['bench', 'm', '--compare', 'a', 'b'],
    ['bench', 'm', '--json', '--csv'],
    ['chat', 'm', '--json'],
  ])('refuses what does not fit together: %s %s %s %s %s %s', async (...args) => {
    expect(await refused(...args)).toContain('[usage-option]');
  });

  it('hands the options of the engine over, and only those given', async () => {
    const cli = new FakeCli();
    await cli.run('generate', 'm', '--prompt', 'x');
    expect(Object.keys(cli.engineOptions ?? {}).toSorted()).toEqual(['model', 'onProgress', 'signal']);
    await cli.run(
      'generate',
      'm',
      '--prompt',
      'x',
      '--context',
      '128',
      '--kv',
      'f32',
      '--disable',
      'shader-f16,subgroups',
      '--adapter',
      'llvm',
    );
    expect(cli.engineOptions).toMatchObject({
      model: 'm',
      context: 128,
      kv: 'f32',
      disable: ['shader-f16', 'subgroups'],
      adapter: 'llvm',
    });
  });

  it('tells a failure of the library in one line', async () => {
    const cli = new FakeCli();
    const { code, out, err } = await cli.run('generate', 'm', '--prompt', 'fail');
    expect(code).toBe(1);
    expect(out).toBe('fail0 fail1 ');
    expect(err).toBe('error: It failed. No failure. Stop. [usage-empty]\n');
    expect(cli.log.disposed).toBe(1);
  });

  it('tells an unforeseen failure in the same form', async () => {
    const cli = new FakeCli();
    cli.files.set('f', '[1]');
    cli.log.beforeToken = () => Promise.reject(new TypeError('one\ntwo'));
    const { code, err } = await cli.run('score', 'm', '--ids-file', 'f');
    expect(code).toBe(1);
    expect(err).toMatch(/^error: TypeError: one two [^\n]+ \[internal\]\n$/);
  });

  it('shows progress only on a screen, and clears it', async () => {
    const cli = new FakeCli();
    cli.isScreen = true;
    const { out, err } = await cli.run('generate', 'm', '--prompt', 'x');
    expect(out).not.toContain('download');
    expect(err).toContain('download 50 % of');
    expect(err).toMatch(/\r +\r/);
  });
});
