import { testKernels, type CaseFiles } from '../support/check-cases.ts';

testKernels(import.meta.glob<CaseFiles[string]>('../../cases/attention/*.case.ts', { eager: true }));
