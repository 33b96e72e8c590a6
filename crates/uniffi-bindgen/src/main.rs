//! Generates the Swift and Kotlin code of `bindings/ffi`: `uniffi-bindgen generate LIBRARY --language kotlin --out-dir FOLDER`.
//!
//! The generator and the library must have the same version of uniffi, which Cargo.lock ensures and an installed program would
//! not. It is a separate crate, so that xtask does not compile it.

fn main() {
    uniffi::uniffi_bindgen_main();
}
