import { render } from 'preact';
import { App } from './app';
import { showTheme } from './theme';

showTheme();
render(<App />, document.querySelector('#board')!);
