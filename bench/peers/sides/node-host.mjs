// A process for one side: node node-host.mjs SIDE. Answers its parent's messages, one at a time.
const side = await import(`./${process.argv[2]}.mjs`);
let run;

const answers = {
  load: async ({ job }) => {
    const { run: loaded, ...facts } = await side.load(job);
    run = loaded;
    return facts;
  },
  run: ({ prompt, decode, text }) => run(prompt, decode, text),
};

process.on('message', async (message) => {
  try {
    process.send({ value: await answers[message.kind](message) });
  } catch (error) {
    process.send({ error: error?.message ?? String(error) });
  }
});
process.on('disconnect', () => process.exit());
process.send({ value: 'ready' });
