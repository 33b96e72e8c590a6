//! Powers of the generator.

use crypto_bigint::modular::BoxedMontyForm;
use crypto_bigint::{BoxedUint, Choice, CtAssign, U3072};
use zeroize::Zeroizing;

use super::group::residue;

/// The length of a row, in bits: so many bits of the exponent share a base.
const ROW: u32 = 64;

/// g^(2^64), g^(2^128) and g^(2^192).
const BASES: [U3072; 3] = [
    U3072::from_be_hex(
        "24d45fec935a7ce5568c844b7d4936784543c5f9ca8982eb5be6eb39785c8e40c88e31bb110275c52dd3ed7c5c929b31\
         1bdedef320e0b85102ad61381f696d3948c0ccc8d608f8c3c554f6c6f8c052bb7ebc95580d2e04319eb5b451f21d355d\
         53081fade5618342188218466c716093da85981318a58cd6eddebe7f6b0185b37876cf3571ead6a3df1a6811a3f8d64a\
         622572b02bdd8ccb9e429f11ff01c082b10ad0bd8bb1b5845bdadf46c1b5e4558253a55dd88962acadd5a47df89afb1b\
         ee4c2511812c74fecaf661a58a61319ed5682f217fe1498770d05b4c26b46f21f9c86457bd2fff95dcf52bca566edc41\
         2eeb3973b81891b9c18e3eb8120762ad04496de506d3e66005d67bb6aa80900bade29104716194b3bbae44fb9eb51eff\
         be409b305af4f431fa154ae3ebfbade7d36bcc0d6657c34226c6303f6c10314e8dec9a8c1257f1c144922160eb4b87f0\
         f737f2f43276187a243dc69c828cdecc961aceb0167d22f7b86635d97393327259c016af1ec7cdecb13060ce5bf63dca",
    ),
    U3072::from_be_hex(
        "8c91af84249658896165e3e190488d84241d642b509d63551e46eb58c5d315bc3c8886c34fcdbd10882dd3d7dfda5d40\
         7cc80cf6c9fc8fb6cb36c9e366b3c2ae3704ee863a08d0d82b5bce7d2e6efe1667dd7a68cb5328855c156d8e35984ded\
         8ec26c97cf92adba6c1c5718cd07cbbb7d099337e9304777e11f37a36c2851eeb66a3f6bd44d67b93a3a6937ec493ea1\
         731c25c7132cbb3bf82217c356d51e0920c7429d710876de0dabc1bcd4c0b12136379df592b6aadd3488dd384aae221e\
         49d4dde76db6c02a24f6e636fe6c53f2ae84e252731dec6f2716d511f1fc49f937fd3b99326b123667d61a3f215b70c8\
         a1a0b46128e58c0b0bb171831fa772901bba3874faf37f31ba5887f8facb8bd3ce99c20cf52160c226dfa867b942473b\
         52d884922940a49ca0e2ed2e09a786f73f2dc7d6163d3e2ae0b94ebc038f0327705377c48cfc21817950c9847526707a\
         7d737601b2195e10db219bd9c0e3771f2fd832038c8f9245e855efaf433c487a1f2eea103873d7684f9088e07806734a",
    ),
    U3072::from_be_hex(
        "91938495281e0db3fcb28ce10a65827fc0d6e2379df6c34a6a25601d08fd69ca7017933e0ac3b54d9cd5b75095d04de5\
         da1f2f678eca1642c61f31da766ef3e2b99377d87c51b97ca97ad9cca0ebd08dfabbc71ac9a52ef3851fb52d8c9c7653\
         c0f58bf941808da25f196008ee855e3e23ee2a717cb2941b4601f0214dc5608847f6a234712686a331203b9797c8f22a\
         3199937ce1fa94b0bf6a4b29ffbf52d631fddf5996d75ec1c07a6a598cf31a24484de28e4ff4b604a7259610387276a2\
         b6ca8e398ef31c79951591946f7896d73426d729b565923a29ac8474a9679220bf2fca4b391efb930e48e5561d38d499\
         56a30c2c9e80bb081d1ac85ade60a8eddba0af98a67c857087da66a5a22d912e1eb52ed1494c88ae7ca68f14c2f1b351\
         b44d0057bd13ab52d4e481c69c7640b5ec9ee8bcf7cf89f5184e3e79410eac49be975eab18fcdff23f45015a5edc3ab4\
         89f2e54e4d3b20094828380e8cfb9fdec68d2d82bd475ff05d2f0643785c31cdb980e56eb35b524be1841df24f6ad99f",
    ),
];

/// The longest exponent that g and [`BASES`] share among them.
const LONGEST: u32 = ROW * (BASES.len() as u32 + 1);

/// g^exponent mod N, in a time that depends on nothing but the exponent's precision.
///
/// The comb of Lim and Lee: the exponent lies in four rows below each other, and every column takes one square and one
/// product, half as many as a bit at a time would. The first row needs no product, since multiplying by g = 2 is doubling.
pub(super) fn power_of_g(exponent: &BoxedUint) -> Zeroizing<BoxedMontyForm> {
    if exponent.bits_precision() > LONGEST {
        return Zeroizing::new(residue(&[2]).pow(exponent));
    }
    let products = products();
    let mut power = Zeroizing::new(residue(&[1]));
    for column in (0..ROW).rev() {
        let squared = Zeroizing::new(power.square());
        let factor = Zeroizing::new(select(&products, exponent, column));
        let multiplied = Zeroizing::new(&*squared * &*factor);
        let doubled = Zeroizing::new(multiplied.double());
        // In place, so that no power of a part of the exponent stays behind in memory.
        let power = power.as_montgomery_mut();
        power.ct_assign(multiplied.as_montgomery(), Choice::TRUE);
        power.ct_assign(doubled.as_montgomery(), exponent.bit(column));
    }
    power
}

/// The product of every subset of [`BASES`], whose members are the bits of its place.
fn products() -> Vec<BoxedMontyForm> {
    let mut products = vec![residue(&[1])];
    for base in BASES {
        let base = residue(&base.to_be_bytes());
        let with_base: Vec<_> = products.iter().map(|product| product * &base).collect();
        products.extend(with_base);
    }
    products
}

/// The product of those bases whose rows have a one in the column. Every product is read, so that the memory that is touched
/// tells nothing.
fn select(products: &[BoxedMontyForm], exponent: &BoxedUint, column: u32) -> BoxedMontyForm {
    let mut selected = products[0].clone();
    for (subset, product) in (0_u32..).zip(products) {
        let mut is_it = Choice::TRUE;
        for row in 0..BASES.len() as u32 {
            let is_member = Choice::from_u32_lsb(subset >> row);
            is_it = is_it.and(is_member.eq(exponent.bit(column + ROW * (row + 1))));
        }
        selected.as_montgomery_mut().ct_assign(product.as_montgomery(), is_it);
    }
    selected
}

#[cfg(test)]
mod tests {
    use crypto_bigint::BoxedUint;

    use super::super::group::Srp;
    use super::*;

    #[test]
    fn the_bases_are_powers_of_two() {
        for (row, base) in (1..).zip(BASES) {
            let exponent = BoxedUint::one_with_precision(LONGEST).shl(ROW * row);
            assert_eq!(
                base.to_be_bytes()[..],
                Srp::new().compute_g_x(&exponent).to_be_bytes()[..],
                "row {row}"
            );
        }
    }

    #[test]
    fn powers_of_the_generator_are_those_of_the_library() {
        let mut exponents: Vec<Vec<u8>> = vec![
            vec![0],
            vec![1],
            vec![2],
            vec![0xa5; 8],
            vec![0xa5; 32],
            vec![0xff; 32],
            vec![0xff; 33],
            vec![0xff; 129],
        ];
        // One bit in every row and at both of its ends, and all rows but one.
        for byte in [0, 7, 8, 15, 16, 23, 24, 31] {
            let mut exponent = vec![0; 32];
            exponent[byte] = 0x81;
            exponents.push(exponent);
            let mut exponent = vec![0x3c; 32];
            exponent[byte / 8 * 8..byte / 8 * 8 + 8].fill(0);
            exponents.push(exponent);
        }
        for exponent in exponents.iter().map(|bytes| BoxedUint::from_be_slice_vartime(bytes)) {
            assert_eq!(power_of_g(&exponent).retrieve(), Srp::new().compute_g_x(&exponent), "{exponent}");
        }
    }
}
