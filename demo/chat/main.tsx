import { render } from 'preact';
import { App } from './app.tsx';
import { keepSession } from './state/chat-state.ts';
import { disposeOnLeave, start } from './state/engine-state.ts';
import { showSettingsInAddress } from './state/page-settings.ts';
import { applyTheme } from './theme.ts';
import { followVisibleHeight } from './viewport.ts';

applyTheme();
followVisibleHeight();
showSettingsInAddress();
keepSession();
disposeOnLeave();
render(<App />, document.getElementById('app') as HTMLElement);
void start();
