//! Removes the locations of panics from a module's data.
//!
//! Every call that may panic passes its `core::panic::Location`, which the linker keeps together with the file's path. In a module
//! whose panics have no message, the locations are unused, and the paths would reveal where it was built.

use anyhow::{Result, ensure};
use walrus::ir::Value;
use walrus::{ConstExpr, Data, DataKind, Module};

/// A location is the address and the length of a path, a line and a column.
const WORDS: usize = 4;

/// An upper limit for the lines of a source file.
const LINES: usize = 100_000;

/// The longest path that is searched for, in bytes.
const LONGEST_PATH: usize = 300;

/// Overwrites locations and their paths with zeros, which compress well.
pub(crate) fn blank(module: &mut Module) -> Result<()> {
    let mut memory = Memory::read(module);
    // Otherwise an address could be mistaken for a line.
    ensure!(memory.start >= LINES, "the module's data begin at address {}, below the stack", memory.start);
    let locations: Vec<_> = memory.locations().collect();
    // Another release of Rust may have another layout.
    ensure!(!locations.is_empty(), "the module's data has no location in a source file");
    for location in locations {
        memory.bytes[location.path].fill(0);
        memory.bytes[location.at..][..4 * WORDS].fill(0);
    }
    memory.write(module);
    Ok(())
}

/// Where in [`Memory::bytes`] a location is.
struct Location {
    at: usize,
    path: std::ops::Range<usize>,
}

/// The module's data as it is laid out in memory.
struct Memory {
    start: usize,
    bytes: Vec<u8>,
}

impl Memory {
    fn read(module: &Module) -> Self {
        let placed = || module.data.iter().filter_map(|data| Some((address(data)?, &data.value)));
        let start = placed().map(|(address, _)| address).min().unwrap_or_default();
        let end = placed().map(|(address, value)| address + value.len()).max().unwrap_or_default();
        let mut bytes = vec![0; end - start];
        for (address, value) in placed() {
            bytes[address - start..][..value.len()].copy_from_slice(value);
        }
        Self { start, bytes }
    }

    fn write(&self, module: &mut Module) {
        let ids: Vec<_> = module.data.iter().map(Data::id).collect();
        for id in ids {
            let data = module.data.get_mut(id);
            if let Some(address) = address(data) {
                let length = data.value.len();
                data.value.copy_from_slice(&self.bytes[address - self.start..][..length]);
            }
        }
    }

    /// Words are aligned, and so is the start of the data.
    fn locations(&self) -> impl Iterator<Item = Location> {
        (0..self.bytes.len()).step_by(4).filter_map(|at| self.location(at))
    }

    fn location(&self, at: usize) -> Option<Location> {
        let words = self.bytes.get(at..at + 4 * WORDS)?;
        let mut words =
            words.chunks_exact(4).map(|word| word.iter().rfold(0, |sum, byte| sum << 8 | usize::from(*byte)));
        let (address, length, line, column) = (words.next()?, words.next()?, words.next()?, words.next()?);
        let start = address.checked_sub(self.start)?;
        let path = start..start.checked_add(length)?;
        let is_place = (1..LINES).contains(&line) && (1..1_000).contains(&column) && length <= LONGEST_PATH;
        (is_place && is_path(self.bytes.get(path.clone())?)).then_some(Location { at, path })
    }
}

/// A Rust file, as the compiler names it.
fn is_path(text: &[u8]) -> bool {
    text.ends_with(b".rs") && !text.iter().any(u8::is_ascii_control)
}

fn address(data: &Data) -> Option<usize> {
    match &data.kind {
        DataKind::Active { offset: ConstExpr::Value(Value::I32(address)), .. } => {
            usize::try_from(*address).ok()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: u32 = 1 << 20;

    /// A module with `texts` and, after them, `words`.
    fn module(texts: &[u8; 32], words: &[u32]) -> Module {
        let mut module = Module::default();
        let memory = module.memories.add_local(false, false, 1, None, None);
        let mut bytes = texts.to_vec();
        bytes.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        let offset = ConstExpr::Value(Value::I32(START as i32));
        module.data.add(DataKind::Active { memory, offset }, bytes);
        module
    }

    fn data(module: &Module) -> &[u8] {
        &module.data.iter().next().expect("the data").value
    }

    #[test]
    fn locations_and_their_paths_become_zeros_and_nothing_else() {
        let texts = b"say src/main.rs\0other.rs, a text";
        let mut module = module(texts, &[7, START + 4, 11, 12, 5, START + 4, 11, 3, 9, 7]);
        blank(&mut module).expect("a location");
        let (texts, words) = data(&module).split_at(32);
        assert_eq!(texts, b"say \0\0\0\0\0\0\0\0\0\0\0\0other.rs, a text");
        assert_eq!(words.chunks(4).map(|word| word[0]).collect::<Vec<_>>(), [7, 0, 0, 0, 0, 0, 0, 0, 0, 7]);
    }

    #[test]
    fn what_only_looks_like_a_location_stays() {
        let texts = b"say src/main.rs\0other.rs, a text";
        let others: [&[u32]; 7] = [
            &[START + 4, 11, START + 16, 8], // two texts
            &[START, 4, 12, 5],              // a text that is no path
            &[START + 4, 11, 0, 5],          // no line
            &[START + 4, 11, 12, 1_000],     // no column
            &[START - 4, 11, 12, 5],         // an address before the data
            &[START + 4, u32::MAX, 12, 5],   // a length past the data
            &[START + 4, 11, 12],            // no room for a column
        ];
        for words in others {
            let mut module = module(texts, words);
            let before = data(&module).to_vec();
            assert!(blank(&mut module).is_err(), "{words:?}");
            assert_eq!(data(&module), before, "{words:?}");
        }
    }
}
