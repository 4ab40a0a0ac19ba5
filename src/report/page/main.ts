import type { RunData } from '../data.ts';
import { RunView } from './run-view.ts';

for (const root of document.querySelectorAll<HTMLElement>('.run')) {
  const data = root.querySelector('.run-data')?.textContent ?? '';
  if (data !== '') new RunView(root, JSON.parse(data) as RunData);
}
