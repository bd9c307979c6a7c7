export * from '../../src/weights/dequantize.ts';
