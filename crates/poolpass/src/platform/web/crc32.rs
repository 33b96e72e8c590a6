//! CRC32, as crc32fast has it, in a sixteenth of its size.

use crc::{CRC_32_ISO_HDLC, Crc, Digest};

static CRC32: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

pub(crate) struct Crc32(Digest<'static, u32>);

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
