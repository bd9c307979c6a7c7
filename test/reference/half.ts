export * from '../../src/weights/half.ts';
