// WebLLM in a page. It runs models that MLC has compiled: weights and a WebAssembly library of its own, fetched from their hosts.

const MODEL = 'SmolLM2-135M-Instruct-q0f32-MLC';

export async function load({ packages, context }) {
  const { CreateMLCEngine, prebuiltAppConfig } = await import(`${packages}/@mlc-ai/web-llm/lib/index.js`);
  const known = prebuiltAppConfig.model_list.map(({ model_id: id }) => id).find((id) => id === MODEL);
  if (!known) throw new Error(`this version of WebLLM has no ${MODEL}`);
  const engine = await CreateMLCEngine(known, { logLevel: 'ERROR' }, { context_window_size: context }).catch(
    (error) => {
      throw new Error(`its compiled ${known}, which it gets from the network, could not be loaded: ${error.message}`);
    },
  );

  const run = async (prompt, decode, text) => {
    const start = performance.now();
    const times = [];
    let usage;
    const stream = await engine.completions.create({
      prompt: text,
      max_tokens: decode + 1,
      temperature: 0,
      ignore_eos: true,
      stream: true,
      stream_options: { include_usage: true },
    });
    let output = '';
    for await (const chunk of stream) {
      const piece = chunk.choices[0]?.text;
      if (piece !== undefined) {
        times.push(performance.now());
        output += piece;
      }
      usage = chunk.usage ?? usage;
    }
    if (usage && usage.prompt_tokens !== prompt.length) {
      throw new Error(`WebLLM read ${usage.prompt_tokens} tokens of a prompt of ${prompt.length}`);
    }
    return { prefillMs: times[0] - start, decodeMs: times.at(-1) - times[0], text: output };
  };
  return { run };
}
