import { createBrowserReceiver, type StatelyInspectionEvent } from '@statelyai/inspect';

/** Stands where Stately's inspector is, and listens with the half of its library that is made for that. */

type Heard = { name: string; rootId: string | undefined; states: string[]; value: unknown; events: string[] };
const actors: { [id: string]: Heard } = {};

createBrowserReceiver().subscribe((event: StatelyInspectionEvent) => {
  const { sessionId } = event;
  const known = actors[sessionId];
  if (event.type === '@xstate.actor') {
    const definition = JSON.parse(event.definition ?? '{}') as { states?: object };
    const states = Object.keys(definition.states ?? {});
    const { name, rootId } = event;
    actors[sessionId] = { name, rootId, states, value: event.snapshot.value, events: [] };
  } else if (event.type === '@xstate.event') {
    known?.events.push(event.event.type);
  } else if (known !== undefined) {
    known.value = (event.snapshot as { value?: unknown }).value;
  }
  show();
});

function show(): void {
  const page = (globalThis as unknown as { document: Page }).document;
  page.body.innerHTML = '<pre id="actors"></pre>';
  const place = page.getElementById('actors');
  if (place !== null) place.textContent = JSON.stringify(actors);
}

/** What is used of the browser's document: tests are checked without the browser's types. */
type Page = {
  readonly body: { innerHTML: string };
  getElementById(id: string): { textContent: string } | null;
};
