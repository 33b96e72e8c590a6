// The types of the web platform that the declarations name, for compilers that lack them: without the DOM library, and without
// `Symbol.dispose`, which TypeScript has since 5.2. Where there are declarations, these add nothing to them.
export {};

declare global {
  interface AbortSignal {}
  interface Blob {}
  interface Headers {}
  interface ReadableStream<R = any> {}
  interface Request {}
  interface Response {}
  interface URL {}
  interface URLSearchParams {}
  namespace WebAssembly {
    interface Module {}
  }
  interface SymbolConstructor {
    readonly dispose: unique symbol;
  }
  interface Disposable {
    [Symbol.dispose](): void;
  }
}
