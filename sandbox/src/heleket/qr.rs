//! An address as a QR code: a PNG in a `data:` address for the API, an SVG for the pay page.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qrcode::{Color, EcLevel, QrCode};

/// Light modules around the code, without which scanners do not find it.
const QUIET: usize = 4;

/// Pixels of one module in the PNG.
const PIXELS: usize = 6;

/// Why there is no picture: never of an address, only of absurdly long text or a full memory.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoPicture {
    #[error("a text too long for a QR code")]
    Code(#[from] qrcode::types::QrError),
    #[error("a QR code that cannot be written as PNG")]
    Png(#[from] png::EncodingError),
}

/// The modules of a code: rows of dark or light, with the quiet zone around.
struct Modules {
    width: usize,
    dark: Vec<bool>,
}

impl Modules {
    fn of(text: &str) -> Result<Self, NoPicture> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M)?;
        let inner = code.width();
        let width = inner + 2 * QUIET;
        let mut dark = vec![false; width * width];
        for (place, color) in code.to_colors().into_iter().enumerate() {
            let (row, column) = (place / inner + QUIET, place % inner + QUIET);
            if let Some(module) = dark.get_mut(row * width + column) {
                *module = color == Color::Dark;
            }
        }
        Ok(Self { width, dark })
    }
}

/// `data:image/png;base64,…`.
pub(crate) fn png(text: &str) -> Result<String, NoPicture> {
    let modules = Modules::of(text)?;
    let side = modules.width * PIXELS;
    let mut bits = Vec::with_capacity(side * side.div_ceil(8));
    for row in modules.dark.chunks(modules.width) {
        let pixels: Vec<bool> = row
            .iter()
            .flat_map(|dark| std::iter::repeat_n(!dark, PIXELS))
            .collect();
        let line: Vec<u8> = pixels.chunks(8).map(byte).collect();
        for _ in 0..PIXELS {
            bits.extend_from_slice(&line);
        }
    }
    let mut file = Vec::new();
    let side = u32::try_from(side).unwrap_or(0);
    let mut encoder = png::Encoder::new(&mut file, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&bits)?;
    writer.finish()?;
    Ok(format!("data:image/png;base64,{}", STANDARD.encode(file)))
}

/// Eight pixels in a byte, the first in the highest bit; what is missing at the end is light.
fn byte(pixels: &[bool]) -> u8 {
    (0..8).fold(0, |byte, place| {
        byte << 1 | u8::from(pixels.get(place).copied().unwrap_or(true))
    })
}

/// An `<svg>` element that fills its box, with `label` for those who do not see it.
pub(crate) fn svg(text: &str, label: &str) -> Result<String, NoPicture> {
    let modules = Modules::of(text)?;
    let mut path = String::new();
    for (place, _) in modules.dark.iter().enumerate().filter(|(_, dark)| **dark) {
        let (row, column) = (place / modules.width, place % modules.width);
        // Writing into a String cannot fail.
        let _always = write!(path, "M{column} {row}h1v1h-1z");
    }
    let width = modules.width;
    Ok(format!(
        "<svg role=\"img\" aria-label=\"{label}\" viewBox=\"0 0 {width} {width}\" \
         shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{width}v{width}H0z\"/>\
         <path fill=\"#000\" d=\"{path}\"/></svg>"
    ))
}
