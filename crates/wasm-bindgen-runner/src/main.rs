//! Generates the JavaScript for a WebAssembly module, and makes the module smaller: `wasm-bindgen-runner MODULE FOLDER`.
//!
//! wasm-bindgen's tool and library must have the same version, which Cargo.lock ensures and an installed program would not. It is a
//! separate crate, so that xtask does not compile it.

mod locations;
mod trim;

use std::env;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let mut arguments = env::args_os().skip(1);
    let module = arguments.next().context("the argument MODULE is missing")?;
    let folder = arguments.next().context("the argument FOLDER is missing")?;
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
