//! Takes out of a module what only a debugger would show.
//!
//! The standard library comes compiled, with texts for its panics and code that formats them, and a browser's user would download
//! it all. What a Rust build of the standard library with `panic = "immediate-abort"` would leave out is left out here.

use anyhow::{Context, Result};
use rustc_demangle::demangle;
use walrus::ir::Instr;
use walrus::{FunctionBuilder, FunctionId, FunctionKind, LocalFunction, Module, ValType};

/// What the module has to have: a function without arguments that is called when it fails inside. It does not return.
const FAILED: &str = "poolpass_wasm::failure::fail";

/// Lets every panic call [`FAILED`] instead of composing a message, and every `Debug` write nothing.
pub(crate) fn trim(module: &mut Module) -> Result<()> {
    let (mut panics, mut debugs, mut failed) = (Vec::new(), Vec::new(), None);
    for (id, function) in module.funcs.iter_local() {
        let Some(name) = &module.funcs.get(id).name else { continue };
        let name = format!("{:#}", demangle(name));
        if name == FAILED {
            failed = Some(id);
        } else if is_panic(&name) && diverges(module, function) {
            panics.push(id);
        } else if is_debug(&name) && returns_an_outcome(module, function) {
            debugs.push(id);
        }
    }
    let failed = failed.with_context(|| format!("the module has no function {FAILED}"))?;
    for id in panics {
        replace(module, id, |body| {
            body.call(failed).unreachable();
        });
    }
    for id in debugs {
        replace(module, id, |body| {
            body.i32_const(0);
        });
    }
    Ok(())
}

/// The standard library's functions that only panic.
fn is_panic(name: &str) -> bool {
    let path: Vec<&str> = name.split("::").collect();
    let (Some(first), Some(last)) = (path.first(), path.last()) else { return false };
    let of_std = ["core", "alloc", "std", "__rustc", "<core", "<alloc", "<std"].contains(first);
    let panics = last.starts_with("panic")
        || [
            "_fail",
            "_failed",
            "_fail_rt",
            "handle_error",
            "handle_alloc_error",
            "capacity_overflow",
            "rust_begin_unwind",
        ]
        .iter()
        .any(|ending| last.ends_with(ending));
    of_std && (panics || name.starts_with("core::panicking::"))
}

/// `<T as core::fmt::Debug>::fmt`, but for texts, which messages quote with it.
fn is_debug(name: &str) -> bool {
    name.ends_with(" as core::fmt::Debug>::fmt") && !name.starts_with("<str as")
}

fn diverges(module: &Module, function: &LocalFunction) -> bool {
    let last = function.block(function.entry_block()).instrs.last();
    module.types.get(function.ty()).results().is_empty() && matches!(last, Some((Instr::Unreachable(_), _)))
}

fn returns_an_outcome(module: &Module, function: &LocalFunction) -> bool {
    module.types.get(function.ty()).results() == [ValType::I32]
}

fn replace(module: &mut Module, id: FunctionId, body: impl FnOnce(&mut walrus::InstrSeqBuilder<'_>)) {
    let function = module.types.get(module.funcs.get(id).ty());
    let (params, results) = (function.params().to_vec(), function.results().to_vec());
    let mut builder = FunctionBuilder::new(&mut module.types, &params, &results);
    body(&mut builder.func_body());
    let arguments = params.iter().map(|param| module.locals.add(*param)).collect();
    module.funcs.get_mut(id).kind = FunctionKind::Local(builder.local_func(arguments));
}
