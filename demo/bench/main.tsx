import { render } from 'preact';
import { notices } from '../shared/notices.tsx';
import { applyTheme } from '../shared/theme.ts';
import { App } from './app.tsx';
import { choiceOf } from '../shared/model-choice.ts';
import { model } from '../shared/model-state.ts';
import { start, stopOnLeave } from '../shared/run-state.ts';
import { addressProblems, settings, showSettingsInAddress } from './state/page-settings.ts';

applyTheme();
showSettingsInAddress();
model.value = choiceOf(settings.value.model);
stopOnLeave();
notices.value = addressProblems;
render(<App />, document.getElementById('app') as HTMLElement);
void start();
