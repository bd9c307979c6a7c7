import { useEffect, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { Icon } from '../shared/icons.tsx';
import { Notices } from '../shared/notices.tsx';
import { PhaseCard } from './phase-card.tsx';
import { TurnView } from './turn-view.tsx';
import { turns } from './state/chat-state.ts';

/** The conversation, which stays at its end while text arrives, unless the visitor has scrolled up to read. */
export function ConversationView(): JSX.Element {
  const scroller = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const [away, setAway] = useState(false);

  const toEnd = (): void => {
    const element = scroller.current;
    if (element) element.scrollTop = element.scrollHeight;
  };
  const noteScroll = (): void => {
    const element = scroller.current;
    if (!element) return;
    follows.current = element.scrollHeight - element.scrollTop - element.clientHeight < 48;
    setAway(!follows.current);
  };
  useEffect(() => {
    const observer = new ResizeObserver(() => (follows.current ? toEnd() : noteScroll()));
    if (content.current) observer.observe(content.current);
    if (scroller.current) observer.observe(scroller.current);
    return (): void => observer.disconnect();
  }, []);
  useEffect(() => {
    follows.current = true; // a new question is always shown
    toEnd();
  }, [turns.value.length]);

  return (
    <main class="conversation" aria-label="Conversation" tabIndex={0} ref={scroller} onScroll={noteScroll}>
      <div class="column" ref={content}>
        <Notices />
        {turns.value.map((turn, index) => (
          <TurnView key={turn.id} turn={turn} last={index === turns.value.length - 1} />
        ))}
        <PhaseCard />
      </div>
      {away && (
        <button type="button" class="to-end" onClick={toEnd}>
          <Icon name="down" />
          <span class="visually-hidden">Go to the end of the conversation</span>
        </button>
      )}
    </main>
  );
}
