/** Keeps the page as high as what is visible above an on-screen keyboard, so that the composer is never behind it. */
export function followVisibleHeight(): void {
  const visible = window.visualViewport;
  if (!visible) return;
  const update = (): void => {
    if (visible.scale > 1.01) return; // zoomed in by the visitor: that is not a keyboard
    document.documentElement.style.setProperty('--visible-height', `${visible.height}px`);
    window.scrollTo(0, 0);
  };
  visible.addEventListener('resize', update);
  update();
}
