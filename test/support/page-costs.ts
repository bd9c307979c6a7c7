import { countCompiling, reportCompiling } from './count-compiling.ts';

// A test file in a browser has a page of its own.
countCompiling();
reportCompiling();
