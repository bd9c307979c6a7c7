import { describe, expect, it } from 'vitest';
import models from '../../golden/templates/models.json' with { type: 'json' };
import short from '../../golden/templates/short.json' with { type: 'json' };
import dates from '../../golden/templates/strftime.json' with { type: 'json' };
import { formatTime } from '../../../src/templates/strftime.ts';
import { render, type TemplateCase } from './render.ts';

type Golden = TemplateCase & { readonly right: string };

describe("a template gives what Python's Jinja gives", () => {
  const cases = short.cases as readonly (Golden & { kind: string })[];
  it.each([...new Set(cases.map(({ kind }) => kind))])('%s', (wanted) => {
    for (const given of cases.filter(({ kind }) => kind === wanted)) {
      expect(render(given), given.template).toBe(given.right);
    }
  });

  it.each(models.cases as readonly (Golden & { id: string })[])('as of a model: $id', (given) => {
    expect(render(given)).toBe(given.right);
  });
});

it("dates are written as Python's strftime writes them", () => {
  for (const { date, format, right } of dates.cases) expect(formatTime(new Date(date), format), format).toBe(right);
});
