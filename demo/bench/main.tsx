import { render } from 'preact';
import { notices } from '../shared/notices.tsx';
import { applyTheme } from '../shared/theme.ts';
import { App } from './app.tsx';
import { addressProblems, showSettingsInAddress } from './state/page-settings.ts';
import { start, stopOnLeave } from './state/run-state.ts';

applyTheme();
showSettingsInAddress();
stopOnLeave();
notices.value = addressProblems;
render(<App />, document.getElementById('app') as HTMLElement);
void start();
