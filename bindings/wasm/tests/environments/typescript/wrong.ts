import { Client } from 'poolpass';

export const count: number = Client;
