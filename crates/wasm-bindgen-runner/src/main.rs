//! Writes the JavaScript around a WebAssembly module, and trims the module: `wasm-bindgen-runner MODULE FOLDER`.
//!
//! wasm-bindgen's tool has to be of the very version of the library that the module links. Cargo.lock holds both to it, which
//! an installed program could not promise. It is a program of its own, so that xtask does not compile it.

mod locations;
mod trim;

use std::env;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let mut arguments = env::args_os().skip(1);
    let module = arguments.next().context("which module?")?;
    let folder = arguments.next().context("into which folder?")?;
    let mut output = Bindgen::new()
        .input_path(module)
        .web(true)?
        .typescript(true)
        .demangle(false) // whoever reads the names does it
        .omit_default_module_path(true) // the package's entries say where the module is
        .generate_output()?;
    trim::trim(output.wasm_mut())?;
    locations::blank(output.wasm_mut())?;
    output.emit(folder)
}
