import { Poolpass } from 'poolpass';

export const count: number = Poolpass;
