import { Component, provideZonelessChangeDetection, signal } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { Client } from 'poolpass';

import config from '../config.js';
import { told } from '../story.js';

@Component({ selector: 'app-root', template: '<output>{{ text() }}</output>' })
class App {
  readonly text = signal('');

  constructor() {
    told(Client, config).then((text) => this.text.set(text));
  }
}

bootstrapApplication(App, { providers: [provideZonelessChangeDetection()] });
