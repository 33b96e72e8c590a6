//! Trims a WebAssembly module and writes the JavaScript around it: `wasm-bindgen-runner MODULE FOLDER`.
//!
//! wasm-bindgen's tool has to be of the very version of the library that the module links. Cargo.lock holds both to it, which
//! an installed program could not promise. It is a program of its own, so that xtask does not compile it.

mod trim;

use std::env;
use std::path::PathBuf;

use anyhow::{Context, Result};
use walrus::Module;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let mut arguments = env::args_os().skip(1);
    let module = PathBuf::from(arguments.next().context("which module?")?);
    let folder = PathBuf::from(arguments.next().context("into which folder?")?);
    let name = module.file_name().context("which module?")?;

    let mut trimmed = Module::from_file(&module)?;
    trim::trim(&mut trimmed)?;
    std::fs::create_dir_all(&folder)?;
    let module = folder.join(name);
    trimmed.emit_wasm_file(&module)?;

    Bindgen::new()
        .input_path(&module)
        .web(true)?
        .typescript(true)
        .omit_default_module_path(true) // the package's entries say where the module is
        .generate(&folder)?;
    Ok(std::fs::remove_file(module)?)
}
