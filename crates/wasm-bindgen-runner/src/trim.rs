//! Removes code and texts from a module that only a debugger would show.
//!
//! The compiled standard library contains messages for its panics and code that formats them. This removes what a standard library
//! built with `panic = "immediate-abort"` would not contain.

use anyhow::{Result, bail, ensure};
use rustc_demangle::demangle;
use walrus::ir::Instr;
use walrus::{
    ExportItem, FunctionBuilder, FunctionId, FunctionKind, InstrSeqBuilder, LocalFunction, Module, ValType,
};

/// The module's export that every panic calls. It takes no arguments and returns.
const ON_PANIC: &str = "onPanic";

/// Makes every panic call [`ON_PANIC`] and trap, without a message, and makes every `Debug` write nothing.
pub(crate) fn trim(module: &mut Module) -> Result<()> {
    let export = module.exports.iter().find(|export| export.name == ON_PANIC);
    let Some(ExportItem::Function(on_panic)) = export.map(|export| export.item) else {
        bail!("the module does not export the function {ON_PANIC}");
    };
    let named = |is_wanted: fn(&str) -> bool, fits: fn(&Module, &LocalFunction) -> bool| {
        let functions = module.funcs.iter_local().filter(|(id, function)| {
            let name = module.funcs.get(*id).name.as_deref();
            name.is_some_and(|name| is_wanted(&format!("{:#}", demangle(name)))) && fits(module, function)
        });
        functions.map(|(id, _)| id).collect::<Vec<_>>()
    };
    let (panics, debugs) = (named(is_panic, diverges), named(is_debug, gives_a_result));
    // Another release of Rust may have other names.
    ensure!(!panics.is_empty() && !debugs.is_empty(), "the module names no function of the standard library");
    for id in panics {
        replace(module, id, |body| {
            body.call(on_panic).unreachable();
        });
    }
    for id in debugs {
        replace(module, id, |body| {
            body.i32_const(0);
        });
    }
    Ok(())
}

/// The standard library's functions that do nothing but panic.
fn is_panic(name: &str) -> bool {
    let path = name.trim_start_matches('<');
    let of_std = ["core::", "alloc::", "std::", "__rustc::"].iter().any(|start| path.starts_with(start));
    let last = name.rsplit("::").next().unwrap_or_default();
    let endings = [
        "_fail",
        "_failed",
        "_fail_rt",
        "handle_error",
        "handle_alloc_error",
        "capacity_overflow",
        "rust_begin_unwind",
    ];
    of_std
        && (path.starts_with("core::panicking::")
            || last.starts_with("panic")
            || endings.iter().any(|ending| last.ends_with(ending)))
}

/// `<T as core::fmt::Debug>::fmt`, except for texts, which messages quote with it.
fn is_debug(name: &str) -> bool {
    name.ends_with(" as core::fmt::Debug>::fmt") && !name.starts_with("<str as")
}

fn diverges(module: &Module, function: &LocalFunction) -> bool {
    let last = function.block(function.entry_block()).instrs.last();
    module.types.results(function.ty()).is_empty() && matches!(last, Some((Instr::Unreachable(_), _)))
}

/// `Result<(), fmt::Error>` is a number, and zero is `Ok`.
fn gives_a_result(module: &Module, function: &LocalFunction) -> bool {
    module.types.results(function.ty()) == [ValType::I32]
}

fn replace(module: &mut Module, id: FunctionId, write: impl FnOnce(&mut InstrSeqBuilder<'_>)) {
    let (params, results) = module.types.params_results(module.funcs.get(id).ty());
    let (params, results) = (params.to_vec(), results.to_vec());
    let mut body = FunctionBuilder::new(&mut module.types, &params, &results);
    write(&mut body.func_body());
    let arguments = params.iter().map(|param| module.locals.add(*param)).collect();
    module.funcs.get_mut(id).kind = FunctionKind::Local(body.local_func(arguments));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module with a function called `name` that diverges, one called `debug` that gives 1, and the export.
    fn module(name: &str, debug: &str) -> Module {
        let mut module = Module::default();
        let mut on_panic = FunctionBuilder::new(&mut module.types, &[], &[]);
        on_panic.func_body();
        let on_panic = on_panic.finish(Vec::new(), &mut module.funcs);
        module.exports.add(ON_PANIC, on_panic);

        let mut panics = FunctionBuilder::new(&mut module.types, &[ValType::I32], &[]);
        panics.name(name.to_owned());
        panics.func_body().i32_const(7).drop().unreachable();
        let argument = module.locals.add(ValType::I32);
        panics.finish(vec![argument], &mut module.funcs);

        let mut writes =
            FunctionBuilder::new(&mut module.types, &[ValType::I32, ValType::I32], &[ValType::I32]);
        writes.name(debug.to_owned());
        writes.func_body().i32_const(1);
        let arguments = vec![module.locals.add(ValType::I32), module.locals.add(ValType::I32)];
        writes.finish(arguments, &mut module.funcs);
        module
    }

    fn instructions(module: &Module, name: &str) -> Vec<Instr> {
        let id = module.funcs.by_name(name).expect("the function");
        let function = module.funcs.get(id).kind.unwrap_local();
        function.block(function.entry_block()).instrs.iter().map(|(instr, _)| instr.clone()).collect()
    }

    #[test]
    fn panics_call_the_export_and_debug_writes_nothing() {
        let (panics, debug) = ("core::panicking::panic_fmt", "<poolpass::Client as core::fmt::Debug>::fmt");
        let mut module = module(panics, debug);
        trim(&mut module).expect("a module like ours");
        let [Instr::Call(call), Instr::Unreachable(_)] = &instructions(&module, panics)[..] else {
            panic!("{:?}", instructions(&module, panics));
        };
        let exported = module.exports.get_func(ON_PANIC).expect("the export");
        assert_eq!(call.func, exported);
        assert!(matches!(&instructions(&module, debug)[..], [Instr::Const(value)]
            if matches!(value.value, walrus::ir::Value::I32(0))));
    }

    #[test]
    fn a_module_with_other_names_is_an_error() {
        let mut module = module("ours", "<poolpass::Client as core::fmt::Display>::fmt");
        assert!(trim(&mut module).is_err());
    }

    #[test]
    fn functions_are_known_by_their_names() {
        for panics in [
            "core::panicking::panic_const::panic_const_async_fn_resumed",
            "core::option::unwrap_failed",
            "<alloc::vec::Vec<_>>::swap_remove::assert_failed",
            "alloc::raw_vec::handle_error",
            "__rustc::rust_begin_unwind",
        ] {
            assert!(is_panic(panics), "{panics}");
        }
        for other in ["poolpass::signed::handle_error", "core::fmt::write", "<core::panic::Location>::file"] {
            assert!(!is_panic(other), "{other}");
        }
        assert!(!is_debug("<str as core::fmt::Debug>::fmt"), "messages quote texts");
    }
}
