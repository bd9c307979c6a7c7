import { describe, expect, it } from 'vitest';
import { fakeReport } from '../worker/fake-engine.ts';
import { benchResult } from '../bench/bench-result.ts';
import { FakeCli, type RunResult } from './support.ts';

const json = ({ out }: RunResult): unknown => {
  expect(out.endsWith('\n')).toBe(true);
  expect(out.trimEnd()).not.toContain('\n');
  return JSON.parse(out);
};

describe('winnow info', () => {
  it('prints the inspection as JSON, for the asked settings', async () => {
    const facts = json(await new FakeCli().run('info', 'm', '--json', '--context', '64', '--kv', 'f32'));
    expect(facts).toMatchObject({
      architecture: 'llama',
      memory: { context: 64, kv: 'f32', cache: 65_536 },
      tensors: { Q4_1: { count: 210 } },
    });
  });

  it('prints it for people: equal layers together, no control characters', async () => {
    const { out } = await new FakeCli().run('info', 'm');
    expect(out).toContain('A model?[2J');
    expect(out).toMatch(
      /layers 0-1 +9 query and 3 key-value heads of 64, MLP 1536, full attention, RoPE base 100000\n/,
    );
    expect(out).toMatch(/layer 2 +9 query and 1 key-value heads/);
    expect(out).toContain('210 Q4_1 (1.0 MiB)');
    expect(out).toContain('f16 cache 4.0 MiB at 4096 tokens');
  });
});

describe('winnow tokenize', () => {
  it('prints ids, as an array that an ids file may hold', async () => {
    expect(await new FakeCli().run('tokenize', 'm', '--text', 'abc')).toEqual({ code: 0, out: '[0,1,2]\n', err: '' });
  });

  it('prints ids and text as JSON', async () => {
    expect(json(await new FakeCli().run('tokenize', 'm', '--text', 'ab', '--json'))).toEqual({
      ids: [0, 1],
      rendered: 'ab',
    });
    expect(json(await new FakeCli().run('tokenize', 'm', '--text', '-x', '--special', '--json'))).toEqual({
      ids: [0, -1],
      rendered: '-x',
    });
    expect(json(await new FakeCli().run('tokenize', 'm', '--text', '', '--json'))).toEqual({ ids: [], rendered: '' });
  });

  it('reads text files exactly, the byte order mark too', async () => {
    const cli = new FakeCli();
    cli.files.set('f', '\uFEFFé\r\n');
    expect(json(await cli.run('tokenize', 'm', '--text-file', 'f', '--json'))).toMatchObject({
      rendered: '\uFEFFé\r\n',
    });
  });

  it('renders messages', async () => {
    const cli = new FakeCli();
    cli.files.set('f', JSON.stringify([{ role: 'user', content: 'Hi' }]));
    expect(json(await cli.run('tokenize', 'm', '--messages-file', 'f', '--json'))).toEqual({
      ids: [1],
      rendered: 'Hi+',
    });
    expect(
      json(await cli.run('tokenize', 'm', '--messages-file', 'f', '--json', '--no-generation-prompt')),
    ).toMatchObject({ rendered: 'Hi' });
  });

  it.each([
    ['--text-file', undefined, 'storage-read'],
    ['--text-file', Uint8Array.of(0x61, 0xff), 'usage-option'],
    ['--messages-file', '[', 'usage-option'],
    ['--messages-file', '{}', 'usage-messages'],
    ['--messages-file', '[]', 'usage-messages'],
    ['--messages-file', '[{"role":"robot","content":""}]', 'usage-messages'],
  ])('refuses the %s %j with %s', async (option, content, code) => {
    const cli = new FakeCli();
    if (content !== undefined) cli.files.set('f', content);
    const result = await cli.run('tokenize', 'm', option, 'f');
    expect(result).toMatchObject({ code: 1, out: '' });
    expect(result.err).toContain(`[${code}]`);
  });
});

describe('winnow generate', () => {
  it('streams the text to stdout and the rest to stderr', async () => {
    const { code, out, err } = await new FakeCli().run('generate', 'm', '--prompt', 'a', '--max-tokens', '3');
    expect({ code, out }).toEqual({ code: 0, out: 'a0 a1 a2 \n' });
    expect(err).toContain('3 new (length)');
  });

  it('prints ids, text, finish and report as JSON', async () => {
    const result = json(await new FakeCli().run('generate', 'm', '--prompt', 'a', '--max-tokens', '2', '--json'));
    const speculation = expect.objectContaining({ source: 'none', tokensPerStep: 1 }) as unknown;
    expect(result).toEqual({ ids: [0, 1], text: 'a0 a1 ', finish: 'length', speculation, report: fakeReport() });
  });

  it('takes ids, and prompts for the chat template', async () => {
    const cli = new FakeCli();
    cli.files.set('f', '[7, 8]');
    expect((await cli.run('generate', 'm', '--ids', '4, 5', '--max-tokens', '1')).out).toBe('4+50 \n');
    expect((await cli.run('generate', 'm', '--ids-file', 'f', '--max-tokens', '1')).out).toBe('7+80 \n');
    expect((await cli.run('generate', 'm', '--prompt', 'Hi', '--chat', '--max-tokens', '1')).out).toBe('chat:Hi0 \n');
  });

  it.each(['{}', '[1.5]', '[-1]', '["1"]', 'null'])('refuses the ids file %s', async (content) => {
    const cli = new FakeCli();
    cli.files.set('f', content);
    expect(await cli.run('generate', 'm', '--ids-file', 'f')).toMatchObject({
      code: 1,
      err: expect.stringContaining('[usage-ids]'),
    });
  });

  it('is greedy and without penalties unless told otherwise', async () => {
    const cli = new FakeCli();
    await cli.run('generate', 'm', '--prompt', 'a', '--chat');
    const neutral = {
      temperature: 0,
      topK: 0,
      topP: 1,
      minP: 0,
      repetitionPenalty: 1,
      presencePenalty: 0,
      frequencyPenalty: 0,
    };
    expect(cli.log.optionsSeen[0]).toEqual({ ...neutral, signal: expect.anything() });
    const flags =
      '--special --stop x --stop y --ignore-eos --temperature 0.5 --top-k 3 --top-p .9 --min-p 0.1 --repetition-penalty 1.1 --presence-penalty -1 --frequency-penalty 1e-1 --seed 7';
    await cli.run('generate', 'm', '--prompt', 'a', ...flags.split(' '));
    expect(cli.log.optionsSeen[1]).toMatchObject({
      special: true,
      stop: ['x', 'y'],
      ignoreEos: true,
      temperature: 0.5,
      topK: 3,
      topP: 0.9,
      minP: 0.1,
      repetitionPenalty: 1.1,
      presencePenalty: -1,
      frequencyPenalty: 0.1,
      seed: 7,
    });
  });

  it('stops at Ctrl-C with what it has, status 130; a second ends the process', async () => {
    const cli = new FakeCli();
    cli.log.beforeToken = async () => {
      if (cli.log.produced === 2) cli.interrupt();
    };
    const result = await cli.run('generate', 'm', '--prompt', 'a', '--json');
    expect(result.code).toBe(130);
    expect(json(result)).toMatchObject({ ids: [0, 1], finish: 'abort' });
    expect(cli.exits).toEqual([]);
    cli.log.beforeToken = async () => {
      cli.interrupt();
      cli.interrupt();
    };
    await cli.run('generate', 'm', '--prompt', 'a');
    expect(cli.exits).toEqual([130]);
  });
});

describe('winnow embed', () => {
  it('hands over texts, lines of a file or lists of ids, and prints vectors', async () => {
    const cli = new FakeCli();
    cli.files.set('texts', 'a text\nanother one\n');
    cli.files.set('ids', '[[1,2],[3]]');
    const flags = ['--no-normalize', '--json'];
    const expected = (lengths: readonly number[]) => ({
      embeddings: lengths.map((length) => [length]),
      dimensions: 1,
      report: fakeReport(),
    });
    expect(json(await cli.run('embed', 'm', '--text', 'one', 'three', ...flags))).toEqual(expected([3, 5]));
    expect(json(await cli.run('embed', 'm', '--texts-file', 'texts', ...flags))).toEqual(expected([6, 11]));
    expect(json(await cli.run('embed', 'm', '--ids-file', 'ids', ...flags))).toEqual(expected([2, 1]));
    const { out } = await cli.run('embed', 'm', '--text', 'one');
    expect(out).toBe('1.000000\n');
  });

  it.each([
    [['--text', 'a', '--ids-file', 'ids']],
    [[]],
    [['--ids-file', 'flat']],
    [['--text', 'a', '--pooling', 'rank']],
    [['--text', 'a', '--dimensions', '0']],
  ])('refuses %j', async (flags) => {
    const cli = new FakeCli();
    cli.files.set('ids', '[[1]]');
    cli.files.set('flat', '[1]');
    expect(await cli.run('embed', 'm', ...flags)).toMatchObject({ code: 1, out: '' });
  });
});

describe('winnow score', () => {
  it('hands over windows and rows, and prints the result', async () => {
    const cli = new FakeCli();
    cli.files.set('f', '[1,2,3]');
    const result = json(
      await cli.run(
        'score',
        'm',
        '--ids-file',
        'f',
        '--context',
        '8',
        '--stride',
        '4',
        '--logits',
        '0,-1',
        '--top',
        '2',
        '--json',
      ),
    );
    expect(cli.log.scoreOptions).toMatchObject({ context: 8, stride: 4, logits: [0, -1], top: 2 });
    expect(cli.engineOptions).toMatchObject({ context: 8 });
    expect(result).toEqual({
      tokens: 3,
      nll: 0.5,
      perplexity: Math.exp(0.5),
      logits: [{ position: 2, logsumexp: 1, top: [[5, 0.25]] }],
      report: fakeReport(),
    });
  });

  it('scores a text in one window unless told otherwise', async () => {
    const cli = new FakeCli();
    cli.files.set('f', 'abcd');
    const { out } = await cli.run('score', 'm', '--text-file', 'f');
    expect(Object.keys(cli.log.scoreOptions ?? {})).toEqual(['signal']);
    expect(out).toBe('perplexity 1.6487, mean NLL 0.500000 nats over 4 targets\nrow 2: logsumexp 1.0000; 5 0.2500\n');
  });

  it('ends with status 130 at Ctrl-C', async () => {
    const cli = new FakeCli();
    cli.files.set('f', '[1]');
    cli.log.beforeToken = async () => cli.interrupt();
    expect(await cli.run('score', 'm', '--ids-file', 'f')).toMatchObject({
      code: 130,
      out: '',
      err: expect.stringContaining('[aborted]'),
    });
  });
});

describe('winnow bench', () => {
  it('asks for a model, for kernels, or for both', async () => {
    const cli = new FakeCli();
    await cli.run('bench', 'm', '--kv', 'f32', '--adapter', 'x');
    expect(cli.benchOptions).toMatchObject({
      engine: { model: 'm', kv: 'f32', adapter: 'x' },
      settings: { parts: ['model'] },
    });
    await cli.run('bench', '--kernels', 'linear', '--disable', 'subgroups');
    expect(cli.benchOptions).toMatchObject({
      adapter: { disable: ['subgroups'] },
      settings: { parts: ['kernels'], kernels: 'linear' },
    });
    expect(cli.benchOptions).not.toHaveProperty('engine');
    const flags = '--prompt 3,5 --history 7 --decode 4 --runs 2 --kernels'.split(' ');
    await cli.run('bench', 'm', ...flags);
    expect(cli.benchOptions?.settings).toEqual({
      parts: ['model', 'kernels'],
      prompts: [3, 5],
      histories: [7],
      decodeTokens: 4,
      runs: 2,
    });
  });

  it('prints the result as JSON, and saves the same', async () => {
    const cli = new FakeCli();
    const result = json(await cli.run('bench', 'm', '--kernels', '--json', '--output', 'f.json'));
    expect(result).toEqual(benchResult(['model', 'kernels']));
    expect(JSON.parse(String(cli.files.get('f.json')))).toEqual(result);
  });

  it('prints a table of roofs, model and kernels, and what it does on stderr', async () => {
    const { out, err } = await new FakeCli().run('bench', 'm', '--kernels');
    expect(out).toMatch(/decode after 64 \(random\) +40\.0 tokens\/s \(38\.0 to 41\.0, 5 runs\)/);
    expect(out).toMatch(/stream read +500 GB\/s/);
    expect(out).toMatch(/linear\/project +Q4_1 576x1536: 10\.0 us, .* 50 % of the stream roof/);
    expect(out).toMatch(/norm\/rms-norm +256 rows: wrong \(y\[3\] got 1 want 2\)/);
    expect(err).toContain('what the adapter can do (1 of 1)');
  });

  it('prints comma-separated values', async () => {
    const { out } = await new FakeCli().run('bench', '--kernels', '--csv');
    expect(out.split('\r\n')[0]).toContain('part,name,detail,figure,unit,median');
    expect(out).toContain('kernel,linear/project,Q4_1 576x1536,time,us,10,9,12,5');
  });

  it('compares two saved runs', async () => {
    const cli = new FakeCli();
    const before = benchResult(['model', 'kernels']);
    const after = {
      ...before,
      environment: { ...before.environment, commit: 'abc' },
      kernels: before.kernels!.map((kernel) =>
        kernel.timing
          ? { ...kernel, timing: { ...kernel.timing, microseconds: { median: 5, min: 4, max: 6, runs: 5 } } }
          : kernel,
      ),
    };
    cli.files.set('a', JSON.stringify(before));
    cli.files.set('b', JSON.stringify(after));
    const { out, code } = await cli.run('bench', '--compare', 'a', 'b');
    expect(code).toBe(0);
    expect(out).toContain('differs: commit: unknown → abc');
    expect(out).toMatch(/linear\/project.* 10\.0 -> 5\.00 µs, x2\.000 \(1\.500 to 3\.000\), faster/);
    expect(out).toMatch(/decode after 64 .*x1\.000 .* within the spread/);
  });

  it('refuses what is no saved run, naming the file and the field', async () => {
    const cli = new FakeCli();
    cli.files.set('a', '{"format":"winnow-bench","formatVersion":2}');
    cli.files.set('b', JSON.stringify(benchResult(['kernels'])));
    const { code, err } = await cli.run('bench', '--compare', 'a', 'b');
    expect(code).toBe(1);
    expect(err).toContain('The file a is no saved run (formatVersion is 2');
  });

  it('prints and saves nothing after Ctrl-C', async () => {
    const cli = new FakeCli();
    cli.onBench = () => cli.interrupt();
    expect(await cli.run('bench', 'm', '--json', '--output', 'f')).toMatchObject({ code: 130, out: '' });
    expect(cli.files.size).toBe(0);
  });
});

describe('winnow chat', () => {
  it('answers given messages in turn, within one conversation', async () => {
    const { code, out } = await new FakeCli().run(
      'chat',
      'm',
      '--system',
      'S',
      '--message',
      'a',
      '--message',
      'b',
      '--max-tokens',
      '1',
    );
    expect({ code, out }).toEqual({ code: 0, out: 'a0 \nb0 \n' });
  });

  it('prints the answers as JSON', async () => {
    const result = json(await new FakeCli().run('chat', 'm', '--message', 'a', '--max-tokens', '1', '--json'));
    expect(result).toEqual({
      answers: [{ ids: [0], text: 'a0 ', finish: 'length' }],
      messages: [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: 'a0 ' },
      ],
      report: fakeReport(),
    });
  });

  it('leaves sampling to the engine unless told otherwise', async () => {
    const cli = new FakeCli();
    await cli.run('chat', 'm', '--message', 'a', '--temperature', '0.3');
    expect(cli.log.conversationOptions).toEqual({ temperature: 0.3 });
  });

  it('answers typed lines until the input ends, skipping empty ones and going on after a refusal', async () => {
    const cli = new FakeCli();
    cli.typed.push('a', '  ', 'fail', 'b');
    const { code, out, err } = await cli.run('chat', 'm', '--max-tokens', '3');
    expect({ code, out }).toEqual({ code: 0, out: 'a0 a1 a2 \nfail0 fail1 b0 b1 b2 \n' });
    expect(err).toContain('error: It failed.');
  });

  it('stops an answer at Ctrl-C and asks again; between answers Ctrl-C leaves', async () => {
    const cli = new FakeCli();
    cli.typed.push('a', 'b', 'c');
    cli.log.beforeToken = async () => {
      if (cli.log.produced !== 1) return;
      cli.log.produced++;
      cli.interrupt();
    };
    const { code, out } = await cli.run('chat', 'm', '--max-tokens', '2');
    expect({ code, out }).toEqual({ code: 0, out: 'a0 \nb0 b1 \nc0 c1 \n' });

    const idle = new FakeCli();
    idle.typed.push('a');
    idle.onLine = () => idle.interrupt();
    expect(await idle.run('chat', 'm', '--max-tokens', '1')).toMatchObject({ code: 130, out: '' });
    expect(idle.exits).toEqual([]);
  });

  it('ends with status 130 when Ctrl-C stops a given message', async () => {
    const cli = new FakeCli();
    cli.log.beforeToken = async () => {
      if (cli.log.produced === 1) cli.interrupt();
    };
    const result = await cli.run('chat', 'm', '--message', 'a', '--message', 'b', '--json');
    expect(result.code).toBe(130);
    expect(json(result)).toMatchObject({ answers: [{ ids: [0], finish: 'abort' }] });
  });
});
