export * from './globals.js';
export * from './verify/alb.js';
export * from './verify/alb_cookies.js';
export * from './verify/error.js';
export * from './verify/requirements.js';
export { VerifiedToken } from './verify/token.js';
export * from './verify/user_pool.js';
