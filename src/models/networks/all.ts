// Every network that can be run: a new one is its file and a line here.
export { llama } from './llama.ts';
