//! The division of an upload into parts.

use crate::error::Error;
use crate::platform;

const MIB: u64 = 1024 * 1024;

/// S3's limits: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>.
const MAX_PARTS: u64 = 10_000;
const MIN_PART: u64 = 5 * MIB;
const MAX_PART: u64 = 5 * 1024 * MIB;

/// The length of each part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    /// The whole length, if it is known beforehand.
    size: Option<u64>,
    part_size: u64,
}

impl Plan {
    pub(super) const DEFAULT_PART: u64 = platform::UPLOAD_PART;

    /// Plans parts of `wanted` bytes, or larger ones if there would be more than S3 accepts.
    pub(super) fn new(size: Option<u64>, wanted: u64) -> Result<Self, Error> {
        let needed = size.unwrap_or(0).div_ceil(MAX_PARTS);
        let least = wanted.max(needed).max(MIN_PART);
        if least > MAX_PART {
            return Err(Error::invalid_input("a part has at most 5 GiB, and an upload at most 10,000 parts"));
        }
        Ok(Self { size, part_size: least.next_multiple_of(MIB) })
    }

    pub(super) fn size(&self) -> Option<u64> {
        self.size
    }

    /// The maximum size of the first part. Content that is not longer needs no parts.
    pub(super) fn part_size(&self) -> u64 {
        self.part_size
    }

    /// The position and the length of part `number`, counted from 1, for a known size. `None` after the last.
    pub(super) fn part(&self, number: u32) -> Option<(u64, u64)> {
        let size = self.size.unwrap_or(0);
        let start = u64::from(number.saturating_sub(1)).checked_mul(self.part_size)?;
        (start < size).then(|| (start, self.part_size.min(size - start)))
    }

    /// Refuses a part number that S3 does not accept.
    pub(super) fn check(&self, number: u32) -> Result<(), Error> {
        if u64::from(number) <= MAX_PARTS {
            return Ok(());
        }
        Err(Error::invalid_input("the stream is longer than 10,000 parts: make the parts larger"))
    }

    /// The maximum size of part `number`. If the total is unknown, the size doubles every 1,000 parts, so that 10,000 parts reach S3's
    /// limit.
    pub(super) fn length_of(&self, number: u32) -> u64 {
        let doublings = if self.size.is_some() { 0 } else { (number.saturating_sub(1)) / 1000 };
        self.part_size.checked_shl(doublings).unwrap_or(MAX_PART).min(MAX_PART)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1024 * MIB;

    fn parts(plan: &Plan) -> Vec<(u64, u64)> {
        (1..).map_while(|number| plan.part(number)).collect()
    }

    #[test]
    fn parts_cover_the_whole_and_end_with_the_rest() {
        let plan = Plan::new(Some(20 * MIB + 1), 8 * MIB).unwrap();
        assert_eq!(parts(&plan), [(0, 8 * MIB), (8 * MIB, 8 * MIB), (16 * MIB, 4 * MIB + 1)]);
        assert_eq!(parts(&Plan::new(Some(16 * MIB), 8 * MIB).unwrap()).len(), 2);
    }

    #[test]
    fn parts_grow_so_that_ten_thousand_suffice() {
        for size in [1, 80 * GIB, 5 * 1024 * GIB, 10_000 * 5 * GIB] {
            let plan = Plan::new(Some(size), Plan::DEFAULT_PART).unwrap();
            let parts = parts(&plan);
            assert!(parts.len() <= 10_000);
            assert_eq!(parts.iter().map(|(_, length)| length).sum::<u64>(), size);
        }
        assert!(Plan::new(Some(10_000 * 5 * GIB + 1), Plan::DEFAULT_PART).is_err());
        assert_eq!(Plan::new(Some(1), 1).unwrap().part_size(), 5 * MIB);
        assert_eq!(Plan::new(None, MAX_PART).unwrap().part_size(), MAX_PART);
        assert!(Plan::new(None, u64::MAX).is_err());
    }

    #[test]
    fn parts_of_unknown_number_grow_on_the_way() {
        let plan = Plan::new(None, Plan::DEFAULT_PART).unwrap();
        assert_eq!(
            (plan.length_of(1), plan.length_of(1000), plan.length_of(1001)),
            (8 * MIB, 8 * MIB, 16 * MIB)
        );
        let total: u64 = (1..=10_000).map(|number| plan.length_of(number)).sum();
        assert!(total > 5 * 1024 * GIB && plan.length_of(10_000) <= MAX_PART);
    }
}
