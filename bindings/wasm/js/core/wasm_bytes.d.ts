/** The content of `poolpass.wasm`. The build writes the script. */
declare const bytes: Uint8Array;
export default bytes;
