//! The QR code of a TOTP set-up, read by another library than the one that draws it.

use anyhow::{Context, Result, ensure};
use poolpass::{ErrorKind, SoftwareTokenSetup};
use poolpass_tests::Demo;

#[tokio::test]
async fn a_qr_code_says_what_the_uri_says() -> Result<()> {
    let setup = set_up().await?;
    for (issuer, account) in [
        ("Field notes", "ada@example.com"),
        ("Käse & more: 50%", "Zoë+x"),
        (&*"i".repeat(400), &*"a".repeat(400)),
    ] {
        let svg = setup.qr_code_svg(issuer, account)?;
        ensure!(read(&svg)? == setup.otpauth_uri(issuer, account), "{svg}");
    }
    Ok(())
}

#[tokio::test]
async fn names_that_fit_into_no_qr_code_are_an_error_without_the_secret() -> Result<()> {
    let setup = set_up().await?;
    let error = setup.qr_code_svg(&"i".repeat(3000), "ada").err().context("it is too long")?;
    ensure!(error.kind() == ErrorKind::InvalidInput);
    ensure!(!format!("{error} {error:?}").contains(setup.secret()));
    Ok(())
}

async fn set_up() -> Result<SoftwareTokenSetup> {
    let demo = Demo::start().await?;
    let client = demo.person("edsger").await?;
    Ok(client.account().associate_software_token().await?)
}

fn read(svg: &str) -> Result<String> {
    let image = Raster::of(svg)?;
    let shade = |x, y| if image.is_dark(x, y) { 0 } else { 255 };
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(image.size, image.size, shade);
    let grids = prepared.detect_grids();
    ensure!(grids.len() == 1, "{} QR codes", grids.len());
    Ok(grids[0].decode()?.1)
}

/// The dark rectangles of the image, whose path consists of `M x y h width v height H x V y`.
struct Raster {
    size: usize,
    dark: Vec<bool>,
}

impl Raster {
    fn of(svg: &str) -> Result<Self> {
        let attribute = |name: &str| {
            let (_, after) = svg.split_once(&format!(" {name}=\"")).with_context(|| format!("no {name}"))?;
            after.split_once('"').map(|(value, _)| value).context("it has no end")
        };
        let size: usize = attribute("width")?.parse()?;
        let mut dark = vec![false; size * size];
        for rectangle in attribute("d")?.split('M').filter(|part| !part.is_empty()) {
            let numbers: Vec<usize> = rectangle
                .split(|character: char| !character.is_ascii_digit())
                .filter(|number| !number.is_empty())
                .map(str::parse)
                .collect::<Result<_, _>>()?;
            let [left, top, width, height, ..] = numbers[..] else {
                anyhow::bail!("{rectangle} is no rectangle")
            };
            for y in top..top + height {
                dark[y * size + left..y * size + left + width].fill(true);
            }
        }
        Ok(Self { size, dark })
    }

    fn is_dark(&self, x: usize, y: usize) -> bool {
        self.dark[y * self.size + x]
    }
}
