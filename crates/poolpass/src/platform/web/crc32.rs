//! CRC32, as crc32fast has it, without 16 KB of tables in what a page downloads.

use std::sync::LazyLock;

use crc::{CRC_32_ISO_HDLC, Crc, Digest, Table};

/// Sixteen bytes at a time. The tables are made when they are first needed: made by the compiler they would be in the module.
static CRC32: LazyLock<Crc<u32, Table<16>>> = LazyLock::new(|| Crc::<u32, Table<16>>::new(&CRC_32_ISO_HDLC));

pub(crate) struct Crc32(Digest<'static, u32, Table<16>>);

impl Crc32 {
    pub(crate) fn new() -> Self {
        Self(CRC32.digest())
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(crate) fn finalize(self) -> u32 {
        self.0.finalize()
    }
}
