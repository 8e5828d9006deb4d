//! A text as a QR code in a PNG, for a telephone to read from another screen.

use qrcode::types::QrError;
use qrcode::{Color, EcLevel, QrCode};

/// Light modules around a code, without which telephones do not find it (ISO/IEC 18004).
const QUIET: usize = 4;

/// Pixels of a module: an address of a wallet is then about 450 pixels wide, and sharp.
const PIXELS: usize = 10;

/// Why there is no picture: never of an address.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoPicture {
    /// More than a code holds.
    #[error("the text is too long for a QR code")]
    Text(#[from] QrError),
    /// Nothing that a text can do.
    #[error("a QR code cannot be written as PNG")]
    Png(#[from] png::EncodingError),
}

/// Draws it: dark on light, with one bit a pixel.
pub(super) fn png(text: &str) -> Result<Vec<u8>, NoPicture> {
    // Screens are not torn or soiled: that a seventh may be unreadable is enough, and modules stay large.
    let code = QrCode::with_error_correction_level(text, EcLevel::M)?;
    let inner = code.width();
    let side = inner.saturating_add(2 * QUIET).saturating_mul(PIXELS);
    let light = || vec![true; side];
    let edge: Vec<Vec<bool>> = (0..QUIET * PIXELS).map(|_| light()).collect();
    let mut lines = edge.clone();
    for row in code.to_colors().chunks(inner) {
        let quiet = std::iter::repeat_n(true, QUIET * PIXELS);
        let modules = row.iter().map(|color| *color == Color::Light);
        let wide = modules.flat_map(|light| std::iter::repeat_n(light, PIXELS));
        let line: Vec<bool> = quiet.clone().chain(wide).chain(quiet).collect();
        lines.extend(std::iter::repeat_n(line, PIXELS));
    }
    lines.extend(edge);
    let bytes: Vec<u8> = lines
        .iter()
        .flat_map(|line| line.chunks(8).map(packed))
        .collect();
    let mut file = Vec::new();
    let side = u32::try_from(side).unwrap_or(u32::MAX);
    let mut encoder = png::Encoder::new(&mut file, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&bytes)?;
    writer.finish()?;
    Ok(file)
}

/// Eight pixels in a byte, the first in its highest bit.
fn packed(pixels: &[bool]) -> u8 {
    let bits = pixels.iter().zip((0..8_u8).rev());
    bits.fold(0, |byte, (light, bit)| byte | (u8::from(*light) << bit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telephone_reads_what_was_drawn() {
        for text in [
            "ton://transfer/UQDr3ymA0Z2ZbMWM9ZtQ6WBPtvoMwB5BN3ogoJ0fUQMpj2Wz",
            "1",
        ] {
            let file = png(text).unwrap();
            let mut reader = png::Decoder::new(std::io::Cursor::new(file))
                .read_info()
                .unwrap();
            let mut bits = vec![0; reader.output_buffer_size().unwrap()];
            let shape = reader.next_frame(&mut bits).unwrap();
            let (side, line) = (usize::try_from(shape.width).unwrap(), shape.line_size);
            let mut picture = rqrr::PreparedImage::prepare_from_bitmap(side, side, |x, y| {
                bits[y * line + x / 8] & (0x80 >> (x % 8)) == 0
            });
            let found = picture.detect_grids();
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].decode().unwrap().1, text);
        }
    }

    #[test]
    fn what_no_code_holds_is_refused() {
        assert!(png(&"x".repeat(5_000)).is_err());
    }
}
