import { render } from 'preact';
import { App } from './app.tsx';
import { keepSession } from './state/chat-state.ts';
import { disposeOnLeave, start } from './state/engine-state.ts';
import { addressProblems, showSettingsInAddress } from './state/page-settings.ts';
import { watchMemory } from './state/memory-state.ts';
import { applyTheme } from '../shared/theme.ts';
import { notices } from '../shared/notices.tsx';
import { followVisibleHeight } from './viewport.ts';

applyTheme();
followVisibleHeight();
showSettingsInAddress();
notices.value = addressProblems;
keepSession();
watchMemory();
disposeOnLeave();
render(<App />, document.getElementById('app') as HTMLElement);
void start();
