import '@fontsource-variable/bitter/wght.css';
import '@fontsource-variable/instrument-sans/wght.css';
import './styles/index.css';

import { render } from 'preact';

import { FieldNotes } from './app';
import { createClient } from './client';
import { Opening } from './opening';
import { problem } from './problem';
import { Notice } from './ui/notice';

const page = document.getElementById('app');
if (page === null) throw new Error('index.html has lost its #app');

render(<Opening />, page);
createClient().then(
  (parts) => render(<FieldNotes {...parts} />, page),
  (error: unknown) => render(<Notice kind="problem">{problem(error)}</Notice>, page),
);
