/** Makes the dots of a drawing reachable: the nearest one to the pointer, or the one that the arrow keys reach, is the one pointed at. */

/**
 * Dots are found by their accessible names, which must be unique. The drawing becomes a group whose dots are one stop
 * in the order of focus: arrow keys, Home and End go through them in the order of `names`.
 */
export function reachPoints(
  svg: SVGSVGElement,
  names: readonly string[],
  label: string,
  point: (name: string) => void,
): void {
  svg.setAttribute('role', 'group');
  svg.setAttribute('aria-label', label);
  const byName = new Map<string, SVGCircleElement>();
  for (const circle of svg.querySelectorAll('circle')) byName.set(circle.getAttribute('aria-label') ?? '', circle);
  const dots = names.flatMap((name) => byName.get(name) ?? []);
  for (const part of svg.children) if (!part.querySelector('circle')) part.setAttribute('aria-hidden', 'true');

  const pointAt = (dot: SVGCircleElement): void => {
    for (const other of dots) other.classList.toggle('pointed', other === dot);
    point(dot.getAttribute('aria-label') ?? '');
  };
  const focusOn = (dot: SVGCircleElement): void => {
    for (const other of dots) other.setAttribute('tabindex', other === dot ? '0' : '-1');
    dot.focus();
  };
  dots.forEach((dot, index) => {
    dot.setAttribute('role', 'img');
    dot.setAttribute('tabindex', index === 0 ? '0' : '-1');
    dot.addEventListener('focus', () => pointAt(dot));
    dot.addEventListener('keydown', (event) => {
      const next = nextIndex(event.key, index, dots.length);
      const target = next === undefined ? undefined : dots[next];
      if (!target) return;
      event.preventDefault();
      focusOn(target);
    });
  });
  const nearest = (event: PointerEvent): void => {
    const box = svg.getBoundingClientRect();
    const scale = svg.viewBox.baseVal.width / box.width;
    const [x, y] = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
    let best: { readonly dot: SVGCircleElement; readonly far: number } | undefined;
    for (const dot of dots) {
      const far = Math.hypot(dot.cx.baseVal.value - x, dot.cy.baseVal.value - y);
      if (far < (best?.far ?? 32)) best = { dot, far };
    }
    if (best) pointAt(best.dot);
  };
  svg.addEventListener('pointermove', nearest);
  svg.addEventListener('pointerdown', nearest);
}

function nextIndex(key: string, index: number, count: number): number | undefined {
  if (key === 'ArrowRight' || key === 'ArrowUp') return Math.min(count - 1, index + 1);
  if (key === 'ArrowLeft' || key === 'ArrowDown') return Math.max(0, index - 1);
  if (key === 'Home') return 0;
  return key === 'End' ? count - 1 : undefined;
}
