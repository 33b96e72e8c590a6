import { useRef } from 'preact/hooks';

import { Notice } from '../ui/notice';
import { Entry } from './entry';
import type { Note } from './note';
import type { Notebook } from './use-notebook';

/** All notes, under the days on which they were written. */
export function Logbook({ notebook }: { notebook: Notebook }) {
  const { notes, state, problem, hasOlder } = notebook;
  const section = useRef<HTMLElement>(null);
  return (
    <section ref={section} class="logbook" aria-label="Notes" aria-busy={state === 'reading'} tabIndex={-1}>
      {days(notes).map(({ day, notes }) => (
        <section class="day" key={day.toDateString()} aria-label={FULL_DAY.format(day)}>
          <DayMark day={day} />
          <ol>
            {notes.map((note) => (
              <Entry
                key={note.id}
                note={note}
                onChanged={notebook.changed}
                onRemoved={(removed) => {
                  notebook.removed(removed);
                  // The button that had the focus is gone with the note.
                  section.current?.focus();
                }}
              />
            ))}
          </ol>
        </section>
      ))}
      {state === 'read' && notes.length === 0 && <Empty />}
      {state === 'reading' && <p class="waiting">Reading your notes…</p>}
      {state === 'failed' && (
        <Notice kind="problem">
          <p>Your notes could not be read. {problem}</p>
          <button type="button" onClick={notebook.read}>
            Try again
          </button>
        </Notice>
      )}
      {state === 'read' && hasOlder && (
        <button type="button" class="older" onClick={notebook.read}>
          Older notes
        </button>
      )}
    </section>
  );
}

function DayMark({ day }: { day: Date }) {
  const isThisYear = day.getFullYear() === new Date().getFullYear();
  return (
    <h2 class="day-mark">
      <span class="number">{day.getDate()}</span>
      <span class="month">
        {MONTH.format(day)}
        {!isThisYear && ` ${day.getFullYear()}`}
      </span>
      <span class="weekday">{WEEKDAY.format(day)}</span>
    </h2>
  );
}

function Empty() {
  return (
    <div class="empty">
      <h2>The first page is blank</h2>
      <p>Write down what you see just now: a bird, a cloud, the ice on the pond. A line is enough.</p>
    </div>
  );
}

function days(notes: readonly Note[]): { day: Date; notes: Note[] }[] {
  const found: { day: Date; notes: Note[] }[] = [];
  for (const note of notes) {
    const last = found.at(-1);
    if (last?.day.toDateString() === note.writtenAt.toDateString()) last.notes.push(note);
    else found.push({ day: note.writtenAt, notes: [note] });
  }
  return found;
}

const MONTH = new Intl.DateTimeFormat('en', { month: 'long' });
const WEEKDAY = new Intl.DateTimeFormat('en', { weekday: 'long' });
const FULL_DAY = new Intl.DateTimeFormat('en', { dateStyle: 'full' });
