import { testKernels, type CaseFiles } from '../support/check-cases.ts';

testKernels(import.meta.glob<CaseFiles[string]>('../../cases/linear/*.case.ts', { eager: true }));
