import { render } from 'preact';
import { App } from './app.tsx';
import { listenTo, readEmbedded } from './source.ts';
import { Store } from './store.ts';

const store = new Store((show) => requestAnimationFrame(show));
const embedded = document.getElementById('trace')?.textContent ?? '';
let stop = () => {};
if (embedded.trim() !== '') readEmbedded(embedded, store);
else if (location.protocol.startsWith('http')) stop = listenTo('/events', store);

const root = document.getElementById('root');
if (root !== null) render(<App store={store} stopListening={() => stop()} />, root);
