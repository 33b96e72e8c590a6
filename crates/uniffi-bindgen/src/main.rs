//! Writes the Swift and the Kotlin of `bindings/ffi`: `uniffi-bindgen generate LIBRARY --language kotlin --out-dir FOLDER`.
//!
//! What it reads is the library's metadata, whose form belongs to one version of uniffi. Cargo.lock holds both to it, which an
//! installed program could not promise. It is a program of its own, so that xtask does not compile it.

fn main() {
    uniffi::uniffi_bindgen_main();
}
